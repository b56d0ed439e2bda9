"""What user code asks the session: ``display()``, ``input()`` and ``getpass.getpass()``."""

import builtins
import sys

from . import mime
from .gate import gate
from .import_hooks import when_imported
from .owners import owner, state
from .representation import safe_repr
from .wire_text import sayable


class Requests:
    def __init__(self, channel):
        self._channel = channel
        self._count = 0

    def _next_id(self):
        self._count += 1
        return "r%d" % self._count

    def show(self, data, display_id=None, update=False):
        """Sends a MIME bundle and returns when all that was printed before it has been read."""
        execution = owner() or state.execution
        if execution is None or state.is_fork:
            print(data.get("text/plain", ""))
            return
        gate.shield(self._show, execution, data, display_id, update)

    def _show(self, execution, data, display_id, update):
        request_id = self._next_id() if execution is state.execution else None
        self._channel.send(
            {
                "type": "display",
                "executionId": execution.id,
                "requestId": request_id,
                "mime": data,
                "displayId": display_id,
                "update": update,
            }
        )
        if request_id is not None:
            self._channel.wait(request_id)

    def ask(self, execution, prompt, is_password):
        """Asks for a line; its bytes, or ``None`` at the end of the input."""
        request_id = self._next_id()
        self._channel.send(
            {
                "type": "input_request",
                "executionId": execution.id,
                "requestId": request_id,
                "prompt": sayable(prompt),
                "password": is_password,
            }
        )
        data = self._channel.wait(request_id)["data"]
        return None if data is None else data.encode("utf-8")

    def install(self, streams):
        builtins.display = _make_display(self.show)
        builtins.input = _make_input(streams, self._read_line)
        builtins.print = _make_print(streams)
        when_imported("getpass", lambda module: _patch_getpass(module, streams, self._read_line))

    def _read_line(self, streams, prompt, is_password, echo):
        """A line of input. The prompt goes with the question if the user is asked, else where Python writes it."""
        sys.stderr.flush()
        raw = streams.stdin.buffer.raw
        execution = state.execution
        if streams.can_ask() and not execution.stdin and not raw.is_touched:
            answer = gate.shield(self.ask, execution, prompt, is_password)  # several threads may wait at once
            line = "" if answer is None else answer.decode("utf-8") + "\n"
        else:
            raw.prompt, raw.is_password, raw.has_asked = prompt, is_password, False
            try:
                line = streams.stdin.readline()
            finally:
                has_asked, raw.prompt, raw.is_password = raw.has_asked, "", False
                if not has_asked:
                    echo.write(prompt)
                    echo.flush()
        if not line:
            raise EOFError("EOF when reading a line")
        return line[:-1] if line.endswith("\n") else line


def _make_display(show):
    def display(*objects, raw=False, display_id=None, update=False, **_):
        """Shows objects in their richest form; with ``raw=True`` each is a dict of data by MIME type.

        ``display_id`` names the display, ``update=True`` replaces the one that has this name.
        """
        name = None if display_id is None else sayable(str(display_id))
        for value in objects:
            data = mime.from_dict(value) if raw else mime.bundle(value, safe_repr(value))
            show(data, name, bool(update))

    display.__module__ = "builtins"
    return display


def _make_print(streams):
    original = builtins.print

    def print(*values, sep=" ", end="\n", file=None, flush=False):
        """Prints the values to a stream, or to sys.stdout by default.

        sep: string inserted between values, default a space. end: string appended after the last value, default a newline.
        file: a file-like object; defaults to the current sys.stdout. flush: whether to forcibly flush the stream.
        """
        # One write instead of two, so that lines of several threads do not mix: our streams hold nothing back.
        if file is None and sys.stdout is streams.stdout and isinstance(sep, str) and isinstance(end, str):
            streams.stdout.write(sep.join([str(value) for value in values]) + end)
        else:
            original(*values, sep=sep, end=end, file=file, flush=flush)

    print.__module__ = "builtins"
    return print


def _make_input(streams, read_line):
    original = builtins.input

    def input(prompt="", /):
        if sys.stdin is not streams.stdin or streams.stdin.closed:
            return original(prompt)
        sys.audit("builtins.input", prompt)
        return read_line(streams, str(prompt), False, sys.stdout)

    input.__module__, input.__doc__ = "builtins", original.__doc__
    return input


def _patch_getpass(module, streams, read_line):
    original = module.getpass

    def getpass(prompt="Password: ", stream=None, **options):
        if not isinstance(prompt, str) or sys.stdin is not streams.stdin or not streams.can_ask():
            return original(prompt, stream, **options)
        return read_line(streams, prompt, True, sys.stderr)

    getpass.__module__, getpass.__doc__ = "getpass", original.__doc__
    module.getpass = getpass

