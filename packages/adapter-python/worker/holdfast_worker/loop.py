"""The one event loop of the session: runs cells with a top-level ``await``, and goes on between executions."""

import warnings
from _signal import set_wakeup_fd

from .gate import gate
from .standard import import_standard

asyncio = import_standard("asyncio")
_INTERNAL = ("asyncio", "selectors", "uvloop", "holdfast_worker")


class Loop:
    def __init__(self):
        self._loop = None

    def run(self, coroutine):
        """Runs a cell's coroutine to its end. For user code: an interrupt raises ``KeyboardInterrupt`` here."""
        loop = self._current()
        task = loop.create_task(coroutine)
        is_interrupted = is_cancelled = False

        def cancel_beside():
            nonlocal is_cancelled
            if not is_cancelled:
                is_cancelled = True
                task.cancel()

        def cancel_task(frame):
            nonlocal is_interrupted, is_cancelled
            if gate.is_others():
                return False  # it had its time
            if is_cancelled and not is_interrupted:
                is_interrupted = True
                return True
            if is_interrupted or not _is_internal(frame) or asyncio.current_task(loop) is task:
                return False  # user code has the processor, also in a print() of ours, or did not let itself be cancelled
            is_interrupted = is_cancelled = True
            task.cancel()
            loop.call_soon_threadsafe(_nothing)
            return True

        gate.cancel_task, gate.cancel_beside = cancel_task, cancel_beside
        _wake_by_signals(loop)
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError as error:
            if is_cancelled:
                raise KeyboardInterrupt().with_traceback(error.__traceback__) from None
            raise
        except KeyboardInterrupt:
            if not task.done():
                task.cancel()
                try:
                    loop.run_until_complete(task)
                except asyncio.CancelledError:
                    pass
            raise
        finally:
            gate.cancel_task = gate.cancel_beside = None
            if not getattr(loop, "_signal_handlers", None):
                set_wakeup_fd(-1)

    def has_work(self):
        loop = self._loop
        if loop is None or loop.is_closed() or loop.is_running():
            return False
        return bool(getattr(loop, "_ready", None) or getattr(loop, "_scheduled", None) or asyncio.all_tasks(loop))

    def leave_parent(self):
        """For the child of a fork: what the loop waits with is shared with the parent, so it gets its own.

        Raises what it raises where the loop is of a kind that we do not know; then there is none any more.
        """
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        shared = loop._selector
        own = type(shared)()
        for key in list(shared.get_map().values()):
            if key.fileobj is not loop._ssock:
                own.register(key.fileobj, key.events, key.data)
        shared.close()
        loop._selector = own
        loop._ssock.close()
        loop._csock.close()
        loop._internal_fds -= 1
        loop._make_self_pipe()
        self._loop = loop

    def run_until_readable(self, fd):
        """Lets tasks go on until a descriptor can be read."""
        loop = self._loop
        loop.add_reader(fd, loop.stop)
        try:
            loop.run_forever()
        finally:
            loop.remove_reader(fd)

    def _current(self):
        """The loop that is set, so that cells with and without ``await`` share one; ours if there is none."""
        loop = self._loop
        if loop is None or loop.is_closed():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    loop = asyncio.get_event_loop()
                except RuntimeError:
                    loop = None
                if loop is None or loop.is_closed():
                    loop = asyncio.new_event_loop()
            self._loop = loop
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asyncio.set_event_loop(loop)
        return loop


def _is_internal(frame):
    return frame is None or frame.f_globals.get("__name__", "").partition(".")[0] in _INTERNAL


def _nothing():
    pass


def _wake_by_signals(loop):
    """A signal that comes just before the loop waits is seen in Python only when the wait ends: so it ends the wait, as asyncio
    has it for signals with a handler of the loop."""
    socket = getattr(loop, "_csock", None)
    if socket is not None and not getattr(loop, "_signal_handlers", None):
        set_wakeup_fd(socket.fileno(), warn_on_full_buffer=False)
