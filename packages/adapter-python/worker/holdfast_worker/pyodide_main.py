"""The worker inside of Pyodide, which is CPython as WebAssembly: what the system does for other workers comes from Node.

Importing this imports all of the worker, so that a snapshot of the memory has it.
"""

import builtins
import os
import sys

from . import (  # noqa: F401
    changes,
    channel,
    checkpoint,
    completion,
    figures,
    main,
    namespace,
    pyodide_loop,
    pyodide_system,
)
from .loop import Loop  # noqa: F401

_CHANNEL = "/dev/holdfast-channel"
_READY = "/dev/holdfast-ready"
_CHANNEL_FD = 4
_PRIVATE_READY_FD = 904


def serve(host):
    """Until the channel ends, or user code ends the process: the exit code. ``host`` is what Node offers."""
    pyodide_system.install(host)
    pyodide_loop.install(host)
    _open(_CHANNEL, os.O_RDWR, _CHANNEL_FD)
    _open(_READY, os.O_RDONLY, _PRIVATE_READY_FD)
    channel.poll = _Poll
    module = type(sys)("__main__")
    module.__builtins__ = builtins
    sys.modules["__main__"] = module
    try:
        main.main()
    except SystemExit as error:
        return pyodide_system.end(error)
    return 0


def _open(path, flags, wanted):
    fd = os.open(path, flags)
    os.unlink(path)
    if fd != wanted:
        os.dup2(fd, wanted, inheritable=False)
        os.close(fd)


class _Poll:
    """``select.poll`` of one descriptor, the channel's: Emscripten's does not wait."""

    def __init__(self):
        self._poll = _SELECT_POLL()

    def register(self, fd, events):
        self._poll.register(fd, events)

    def poll(self, timeout=None):
        if timeout is None:
            os.read(_PRIVATE_READY_FD, 1)
        return self._poll.poll(0)


_SELECT_POLL = channel.poll
