"""The worker: one message after the other, one execution at a time."""

import os
import sys

from . import failure, forking, framing, import_hooks, sources
from . import gate as gates
from .cells import Cells
from .channel import Channel, ChannelClosed
from .gate import defers, gate
from .operations import Operations
from .owners import own, patch_threading, state, watch_forks
from .requests import Requests
from .standard import import_standard
from .streams import Streams, to_private_fd

PROTOCOL_VERSION = 1
FEATURES = ["stdin", "input", "results", "displays", "interrupt", "fork", "checkpoint", "namespace", "changes", "completion"]
_CHANNEL_FD = 4
_PRIVATE_CHANNEL_FD = 900
_REHEARSALS = 20  # as often as CPython wants to see code before it specialises it


class Execution:
    """What one ``execute`` message asks for."""

    __slots__ = ("id", "code", "stdin", "env", "cwd", "allow_input", "stdout_path", "stderr_path", "track_changes")

    def __init__(self, message):
        self.id = message["executionId"]
        self.code = message["code"]
        self.stdin = message["stdin"]
        self.env = message["env"]
        self.cwd = message["cwd"]
        self.allow_input = message["allowInput"]
        self.stdout_path = message["stdoutPath"]
        self.stderr_path = message["stderrPath"]
        self.track_changes = message["trackChanges"]


class Worker:
    def __init__(self, is_template=False):
        self._is_template = is_template
        self._channel = Channel(to_private_fd(_CHANNEL_FD, _PRIVATE_CHANNEL_FD))
        self._requests = Requests(self._channel)
        self._streams = Streams(self._channel, self._requests.ask)
        self._loop = None
        self._cells = Cells(self._get_loop)
        self._operations = Operations(self._channel, self._cells)
        self._is_prepared = False

    def serve(self):
        """Until the channel ends, or user code ends the process."""
        self._prepare()
        while True:
            message = self._next_message()
            kind = message["type"]
            if kind == "execute":
                self._execute(Execution(message))
            elif kind == "ping":
                self._channel.send({"type": "heartbeat", "requestId": message["requestId"], "isBusy": False})
            elif kind == "hello":
                self._greet(message)
            elif kind == "fork":
                self._fork(message)
            elif self._operations.answer(message):
                pass
            elif kind == "shutdown":
                raise SystemExit(0)
            elif kind != "interrupt":
                self._channel.send(
                    {"type": "fault", "code": "feature_unsupported", "message": "message of type " + kind}
                )

    def _greet(self, message):
        if message["protocolVersion"] != PROTOCOL_VERSION:
            text = "protocol version %r, this worker has %d" % (message["protocolVersion"], PROTOCOL_VERSION)
            self._channel.send({"type": "fault", "code": "protocol_mismatch", "message": text})
            raise SystemExit(1)
        self._channel.limit_frames(message["maxFrameBytes"])
        try:
            _take_on(message["env"], message["cwd"])
        except OSError as error:
            self._channel.send({"type": "fault", "code": "worker_start_failed", "message": str(error)})
            raise SystemExit(1) from None
        if not self._is_prepared:
            self._is_prepared = True
            _prepare_interpreter()
        self._channel.send(
            {
                "type": "ready",
                "protocolVersion": PROTOCOL_VERSION,
                "runtime": "python",
                "version": "%d.%d.%d" % sys.version_info[:3],
                "pid": os.getpid(),
                "features": FEATURES,
            }
        )

    @defers
    def _fork(self, message):
        """Children go on here as workers that have not been greeted yet."""
        skipped = self._unforkable()
        answer = {"type": "forked", "requestId": message["requestId"], "skipped": skipped}
        with _NoWarnings():
            for child in message["children"]:
                try:
                    fd = forking.fork_child(message["socketPath"], message["guard"], child, self._is_template)
                except OSError as error:
                    text = "fork: " + str(error)
                    answer = {"type": "refused", "requestId": message["requestId"], "code": "worker_start_failed"}
                    answer["message"] = text
                    break
                if fd is not None:
                    return self._begin_as_child(fd, child)
        self._channel.send(answer)

    def _begin_as_child(self, fd, child):
        state.is_fork = gate.has_execution = False
        state.execution = None
        gate.forget_interrupts()
        self._is_template = False
        self._channel.open(to_private_fd(fd, _PRIVATE_CHANNEL_FD))
        to_private_fd(os.dup(2), _PRIVATE_CHANNEL_FD + 3)
        if self._loop is not None:
            try:
                self._loop.leave_parent()
            except Exception:
                self._loop = None
        self._streams.detach()
        os.environ["HOLDFAST_WORKER"] = child["directory"]
        if not self._is_prepared:
            self._rehearse()  # while the session is on its way

    @staticmethod
    def _rehearse():
        result = Cells.rehearse()
        framing.encode_message({"type": "result", "executionId": "rehearsal", **result}, framing.DEFAULT_MAX_FRAME_BYTES)

    def _unforkable(self):
        threading = sys.modules.get("threading")
        if threading is None or self._is_template:
            return []
        main = threading.main_thread()
        return [
            {"name": thread.name, "reason": "a thread is not copied by a fork"}
            for thread in threading.enumerate()
            if thread is not main
        ]

    def _tell_taken(self):
        execution = state.execution
        if execution is not None and not state.is_fork:
            self._channel.send({"type": "interrupt_taken", "executionId": execution.id})

    def _prepare(self):
        gates.install()
        gate.tell_taken = self._tell_taken
        watch_forks(self._channel)
        import_hooks.when_imported("signal", gates.patch_signal)
        import_hooks.when_imported("threading", patch_threading)
        sources.watch_imports()
        from . import figures, ipython_display

        figures.watch_imports(self._requests.show)
        self._streams.open_idle()
        self._streams.refresh()
        self._requests.install(self._streams)
        ipython_display.watch_imports()

    @defers
    def _next_message(self):
        while True:
            try:
                return self._channel.wait(None, self._choose_wait())
            except SystemExit:
                raise
            except ChannelClosed:
                os._exit(0)
            except BaseException as error:  # out of a signal handler or a task of the user's
                gate.is_own = True
                self._report_idle(error)

    def _choose_wait(self):
        loop = self._loop
        if loop is None or not loop.has_work():
            return None
        fd = self._channel.fd
        return lambda: loop.run_until_readable(fd)

    @defers
    def _execute(self, execution):
        state.execution = execution
        own(execution)
        gate.begin()
        self._channel.send({"type": "started", "executionId": execution.id})
        if self._channel.take_interrupt(execution.id):
            gate.interrupt()
        self._streams.attach(execution)
        ending = _Ending()
        try:
            gate.open(lambda: self._run(execution, ending))
        except BaseException as error:
            gate.is_own = True
            ending.error = error
        gate.is_own = True
        if state.is_fork:
            self._end_fork(ending.error)
        if issubclass(type(ending.error), SystemExit):
            self._exit(ending.error)
        self._complete(execution, ending)

    def _run(self, execution, ending):
        if execution.track_changes:
            from .changes import Before

            ending.before = Before(self._cells.namespace)
        with _Surroundings(execution):
            name = self._cells.next_name(execution.code)
            try:
                ending.result = self._cells.run(execution.code, name)
            finally:
                self._flush_user()

    def _flush_user(self):
        self._streams.flush()
        figures = sys.modules.get("matplotlib.pyplot") and sys.modules.get(__package__ + ".figures")
        if figures and not state.is_fork:
            figures.flush(self._requests.show)

    def _complete(self, execution, ending):
        self._cells.note_imports(execution)
        if ending.before is not None:
            changes = ending.before.changes(self._cells.namespace)
            self._channel.send({"type": "changes", "executionId": execution.id, **changes})
        status, last = "ok", {"type": "result", "executionId": execution.id}
        if ending.error is not None:
            status = "interrupted" if issubclass(type(ending.error), KeyboardInterrupt) else "error"
            last["type"] = "error"
            last.update(self._describe(ending.error))
            self._call_hook(ending.error)
        elif ending.result is not None:
            last.update(ending.result)
        else:
            last = None
        gate.has_execution = False
        gate.forget_interrupts()
        self._streams.detach()
        state.execution, state.last = None, execution
        completed = {"type": "completed", "executionId": execution.id, "status": status}
        if last is None:
            self._channel.send(completed)
            return
        try:
            self._channel.send(last, completed)
        except ChannelClosed:
            raise
        except Exception as error:  # no message can hold it
            self._channel.send({**last, **_less(ending, error)}, completed)

    @defers
    def _describe(self, error):
        """Calls user code, such as the exception's own ``__str__``: what that prints belongs to the execution."""
        try:
            failure.trim(error, self._cells.codes)
            failure.remember_last(error)
            return gate.open(lambda: failure.describe(error))
        except BaseException:
            gate.is_own = True
            return failure.describe_barely(error)

    @defers
    def _call_hook(self, error):
        try:
            gate.open(lambda: failure.call_hook(error))
        except BaseException as wrong:
            gate.is_own = True
            _print("Error in sys.excepthook:\n" + self._describe(wrong)["text"])

    def _report_idle(self, error):
        failure.trim(error, ())
        _print(failure.describe(error)["text"])

    def _exit(self, error):
        """The end of the process, as of any Python: threads are joined, ``atexit`` runs, a text goes to stderr."""
        gates.uninstall()
        raise BaseException.with_traceback(error, None)

    def _end_fork(self, error):
        """A child that user code has forked came to the end of the cell: it ends as a script does."""
        if error is None:
            raise SystemExit(0)
        if issubclass(type(error), SystemExit):
            raise BaseException.with_traceback(error, None)
        _print(self._describe(error)["text"])
        raise SystemExit(1)

    def _get_loop(self):
        if self._loop is None:
            from .loop import Loop

            self._loop = Loop()
        return self._loop


class _Ending:
    """How the code of an execution ended."""

    __slots__ = ("error", "result", "before")

    def __init__(self):
        self.error = self.result = self.before = None


class _Surroundings:
    """The directory and the variables that an execution has for itself."""

    def __init__(self, execution):
        self._execution = execution
        self._directory = None
        self._replaced = {}

    def __enter__(self):
        execution = self._execution
        if execution.cwd is not None:
            self._directory = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.chdir(execution.cwd)
            except OSError:
                os.close(self._directory)
                raise
        for name, value in (execution.env or {}).items():
            self._replaced[name] = os.environ.get(name)
            os.environ[name] = value

    def __exit__(self, *_):
        if state.is_fork:
            return
        for name, value in self._replaced.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self._directory is not None:
            os.fchdir(self._directory)
            os.close(self._directory)


def _less(ending, error):
    """What is said of an ending that was described, but by what no message can hold."""
    if ending.error is not None:
        return failure.describe_barely(ending.error)
    text = "<the result could not be sent: %s>" % type(error).__name__
    value = {"$type": "unrepresentable", "repr": text}
    return {"repr": text, "value": value, "valueTruncated": True, "mime": {"text/plain": text}}


def _print(text):
    try:
        sys.stderr.write(text)
    except Exception:  # closed, None, or an object of the user's own
        pass


def _take_on(env, cwd):
    """Makes the process look as if it had been started with this environment, in this directory."""
    if env is not None:
        os.environ.clear()
        os.environ.update(env)
        time = import_standard("time")
        if hasattr(time, "tzset"):  # Emscripten has the time zone of JavaScript
            time.tzset()
    if cwd is not None:
        os.chdir(cwd)


class _NoWarnings:
    """``os.fork`` warns of threads, of which the caller is told in another way."""

    def __enter__(self):
        warnings = import_standard("warnings")
        self._caught = warnings.catch_warnings()
        self._caught.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *_):
        self._caught.__exit__(None, None, None)


def _prepare_interpreter():
    """Makes the interpreter look as one that a user has started: nothing of ours on the path, the current directory first."""
    paths = [""]
    paths += [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:0] = paths
    sys.argv[:] = [""]


def main(template=None):
    """Serves a session; with ``template`` (a list of modules to import) first of all those that are forked from it."""
    # The stderr we were born with is kept for our own last words: it is read by the session, user code never has it.
    last_words = to_private_fd(os.dup(2), _PRIVATE_CHANNEL_FD + 3)
    try:
        if template is not None:
            for _ in range(_REHEARSALS):
                Worker._rehearse()
            forking.prepare_template([name for name in template if name])
        Worker(template is not None).serve()
    except SystemExit:
        raise
    except BaseException:
        from traceback import format_exc

        os.write(last_words, format_exc().encode("utf-8", "backslashreplace")[-4096:])
        os._exit(70)
