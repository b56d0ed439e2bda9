"""An event loop without sockets or threads: tasks, timers, and the channel to wait for between executions."""

from asyncio import events
from asyncio.base_events import BaseEventLoop
from time import monotonic

from _signal import raise_signal

_FOREVER = 2**31


def install(host):
    """Makes it the loop of new event loops, and of this thread in the place of Pyodide's, which runs in JavaScript's."""
    _Loop.host = host
    events._event_loop_policy = _Policy()
    events._set_running_loop(None)


class _Policy(events._BaseDefaultEventLoopPolicy):
    def _loop_factory(self):
        return _Loop()


class _Loop(BaseEventLoop):
    host = None

    def __init__(self):
        super().__init__()
        self._selector = self
        self._readers = {}

    def add_reader(self, fd, callback, *arguments):
        self._readers[fd] = events.Handle(callback, arguments, self)

    def remove_reader(self, fd):
        return self._readers.pop(fd, None) is not None

    def select(self, timeout):
        """Waits for a timer, or for the channel where that has a reader; those of it that can read."""
        end = None if timeout is None else monotonic() + timeout
        while True:
            left = _FOREVER if end is None else max(0, end - monotonic())
            event = self.host.waitInLoop(left * 1000, bool(self._readers))
            if event == "ready":
                return list(self._readers.values())
            if event != "signal":
                return ()
            raise_signal(0)  # its handler runs, and may wake us

    def _process_events(self, handles):
        self._ready.extend(handles)

    def _write_to_self(self):
        """Ends the wait, also one that has not begun yet: a handler may run right before it."""
        self.host.wakeLoop()
