"""``sys.stdin``, ``sys.stdout`` and ``sys.stderr``, and the descriptors 0, 1 and 2 below them.

Nothing is held back: each write goes to its descriptor at once, so that partial lines are seen when they are written and
the order with subprocesses and native code is the order in which things happened.
"""

import io
import os
import sys

from .gate import gate
from .owners import is_foreign, owner, state

NAMES = {1: "stdout", 2: "stderr"}
_PRIVATE_FD = 900
_MOST_BYTES = 4 * 1024 * 1024  # of output in one message


class OutputBuffer(io.BufferedIOBase):
    """The bytes side of an output stream."""

    mode = "wb"

    def __init__(self, fd, send_output):
        self._fd = fd
        self._send_output = send_output
        self.name = "<%s>" % NAMES[fd]

    def write(self, data):
        execution = owner()
        if execution is not state.execution and is_foreign(execution):
            gate.shield(self._send_output, execution, NAMES[self._fd], bytes(data))
            return len(data)
        written = os.write(self._fd, data)
        if written != len(data):
            view = memoryview(data).cast("B")
            while written < len(view):  # a signal handler ran in between
                written += os.write(self._fd, view[written:])
        return written

    @property
    def raw(self):
        return self

    def fileno(self):
        return self._fd

    def writable(self):
        return True

    def isatty(self):
        return False


class InputBuffer(io.RawIOBase):
    """The bytes side of ``sys.stdin``: what descriptor 0 has, then, if the execution allows it, what the user is asked."""

    mode = "rb"
    name = "<stdin>"

    def __init__(self, ask, can_ask):
        self._ask, self._can_ask = ask, can_ask
        self._answer = b""
        self.is_touched = False
        # Of the input() or getpass() that reads now; `has_asked` tells it whether the prompt was shown.
        self.prompt, self.is_password, self.has_asked = "", False, False

    def readinto(self, target):
        self.is_touched = True
        data = self._answer or os.read(0, len(target))
        if not data:
            if not self._can_ask():
                return 0
            execution = state.execution
            self.has_asked = True
            answer = gate.shield(self._ask, execution, self.prompt, self.is_password)
            if answer is None:
                return 0
            data = answer + b"\n"
        size = len(target)
        target[: len(data[:size])] = data[:size]
        self._answer = data[size:] if len(data) > size else b""
        return min(len(data), size)

    def readable(self):
        return True

    def fileno(self):
        return 0

    def isatty(self):
        return False


class Streams:
    """The three streams, made anew where user code has spoilt them."""

    def __init__(self, channel, ask):
        self._ask = ask
        self._channel = channel
        self._errors = getattr(sys.stdout, "errors", None) or "strict"
        self.stdin = self.stdout = self.stderr = None
        self._idle = {}

    def send_output(self, execution, stream, data):
        for start in range(0, len(data), _MOST_BYTES):
            part = data[start : start + _MOST_BYTES]
            self._channel.send({"type": "output", "executionId": execution.id, "stream": stream, "data": part})

    def open_idle(self):
        """Opens what the descriptors point at between executions: nothing. Python-level output has its own way then."""
        for fd in (1, 2):
            self._idle[fd] = to_private_fd(_open_for_writing(os.devnull), _PRIVATE_FD + fd)
        self.detach()

    def attach(self, execution):
        """Points the descriptors at an execution's own files, with fresh Python streams where needed."""
        for fd, path in ((1, execution.stdout_path), (2, execution.stderr_path)):
            try:
                opened = _open_for_writing(path)
            except OSError:  # no descriptor left: give up the one that is replaced
                os.close(fd)
                opened = _open_for_writing(path)
            if opened != fd:
                os.dup2(opened, fd)
                os.close(opened)
            else:
                os.set_inheritable(fd, True)
        self._attach_input(execution)
        self.refresh()

    def refresh(self):
        for fd, name, errors in ((1, "stdout", self._errors), (2, "stderr", "backslashreplace")):
            stream = getattr(self, name)
            if stream is None or stream.closed or not stream.write_through:
                stream = io.TextIOWrapper(
                    OutputBuffer(fd, self.send_output), "utf-8", errors, newline="\n", write_through=True
                )
                stream.mode = "w"
                setattr(self, name, stream)
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)

    def detach(self):
        """Lets go of an execution's files."""
        for fd in (1, 2):
            try:
                os.dup2(self._idle[fd], fd)
            except OSError:  # user code has closed it
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, fd)
                if null != fd:
                    os.close(null)

    def can_ask(self):
        """Whether the user is asked once descriptor 0 is at its end."""
        execution = owner() or state.execution
        return execution is not None and execution is state.execution and execution.allow_input and not state.is_fork

    def flush(self):
        """Passes on what is held back above the descriptors, as far as it can be reached."""
        for stream in {id(s): s for s in (sys.stdout, sys.stderr, self.stdout, self.stderr)}.values():
            try:
                stream.flush()
            except Exception:  # closed, None, or an object of the user's own
                pass

    def _attach_input(self, execution):
        if execution.stdin:
            source = _file_with(execution.stdin)
        else:
            source = os.open(os.devnull, os.O_RDONLY)
        if source != 0:
            os.dup2(source, 0)
            os.close(source)
        else:
            os.set_inheritable(0, True)
        stdin = self.stdin
        if stdin is None or stdin.closed or stdin.buffer.raw.is_touched:
            raw = InputBuffer(self._ask, self.can_ask)
            stdin = self.stdin = io.TextIOWrapper(io.BufferedReader(raw), "utf-8", self._errors)
            stdin.mode = "r"
        sys.stdin = sys.__stdin__ = stdin


def to_private_fd(fd, wanted):
    """Moves a descriptor out of the way of user code, which gets and names low ones."""
    try:
        os.dup2(fd, wanted, inheritable=False)
    except OSError:  # the limit of descriptors is lower
        wanted = os.dup(fd)
    os.close(fd)
    return wanted


def _open_for_writing(path):
    return os.open(path, os.O_WRONLY)


def _file_with(data):
    try:
        fd = os.memfd_create("stdin")
    except (AttributeError, OSError):
        import tempfile

        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
