"""What Emscripten has no system for: the process's own id, signals to it, sleep, and the end."""

import atexit
import os
import sys
import time

import _signal
from _signal import SIG_DFL, SIG_IGN, raise_signal

_PID_OF_EMSCRIPTEN = os.getpid()


def install(host):
    """Also gives this process its own random numbers, of which a snapshot has made one sequence for all."""
    pid = host.pid
    _patch(os, "getpid", lambda: pid)
    kill = os.kill
    _patch(os, "kill", lambda number, signal, /: kill(_PID_OF_EMSCRIPTEN if number == pid else number, signal))
    _patch(time, "sleep", _make_sleep(host.sleep))
    _patch(_signal, "signal", _make_signal(host.setDisposition))
    os.memfd_create = _memfd_create
    random = sys.modules.get("random")
    if random is not None:
        random.seed()


def end(error):
    """What a Python does at its end: ``atexit`` functions run, a text goes to stderr. The exit code."""
    code = error.code
    if code is not None and type(code) is not int:
        print(code, file=sys.stderr)
        code = 1
    atexit._run_exitfuncs()
    return (code or 0) & 0xFF


def _patch(module, name, function):
    original = getattr(module, name)
    function.__name__ = function.__qualname__ = name
    function.__module__, function.__doc__ = original.__module__, original.__doc__
    setattr(module, name, function)
    inner = sys.modules.get(original.__module__)
    if inner is not None:
        setattr(inner, name, function)


def _make_sleep(sleep_in_node):
    monotonic = time.monotonic

    def sleep(seconds, /):
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        end = monotonic() + seconds
        while True:
            left = end - monotonic()
            if sleep_in_node(max(left, 0) * 1000):
                return
            raise_signal(0)  # takes the one that has come

    return sleep


def _make_signal(set_disposition):
    set_handler = _signal.signal

    def signal(number, handler, /):
        before = set_handler(number, handler)
        what = "default" if handler == SIG_DFL else "ignored" if handler == SIG_IGN else "handled"
        if number < 32:
            set_disposition(int(number), what)
        return before

    return signal


_memory_files = 0


def _memfd_create(name, flags=0):
    """A file without a name, in the memory of this process."""
    global _memory_files
    _memory_files += 1
    path = "/dev/shm/memfd-%d" % _memory_files
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(path)
    return fd
