"""Forks of this process that become workers of their own: sessions from a template, and copies of a live session.

A child is two processes. The first becomes its guard (the program that the host names) and stays its parent, so that all
it starts can be ended with it; the second connects back to the host and goes on as a worker. A session forks one process
more, which ends at once: so the guard is an orphan, which comes to the session's own guard and outlives the session.
"""

import os
import sys
from _signal import SIG_DFL, SIG_IGN, SIGCHLD, signal
from select import POLLIN, poll

from .standard import import_standard

try:
    from _socket import AF_UNIX, SOCK_STREAM, socket
except ImportError:  # nor is there fork, in Emscripten
    pass

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_GUARD_CONTROL_FD = 3
_HEAD_START_MS = 10
_prctl = None  # children of a template have it from there


def prepare_template(modules):
    """What is done once for all children: imports, and the system call that a guard needs early."""
    global _prctl
    signal(SIGCHLD, SIG_IGN)  # the kernel collects the guards that end
    before = set(sys.modules)
    ctypes, gc = import_standard("ctypes"), import_standard("gc")
    _prctl = ctypes.CDLL(None).prctl
    for name in set(sys.modules) - before:  # not there for the user, who may import them
        del sys.modules[name]
    sys.modules.pop("pwd", None)  # `site` has asked it, since there is no HOME here
    if "site" in sys.modules:
        sys.modules["site"].USER_BASE = sys.modules["site"].USER_SITE = None
    for name in modules:
        __import__(name)
    gc.collect()
    gc.freeze()  # what is collected no more is written to no more, and stays shared


def fork_child(path, guard, child, is_template):
    """Forks one child. In the parent ``None``, in the child its channel's descriptor.

    Raises OSError in the parent when there can be no process, or no FIFO for it.
    """
    for name in child["fifos"]:
        os.mkfifo("%s/%s" % (child["directory"], name), 0o600)
    pid = os.fork()
    if pid:
        if not is_template:
            os.waitpid(pid, 0)
        return None
    try:
        if not is_template and os.fork():
            os._exit(0)
        os.setpgid(0, 0)  # a signal for what the session runs is not for the guard of another one
        if is_template:
            signal(SIGCHLD, SIG_DFL)
        return _split(path, guard, child)
    except BaseException as error:
        _say_last_words("fork: %r\n" % (error,))
        os._exit(71)


def _split(path, guard, child):
    words, last_words = os.pipe()
    parent = os.getpid()
    if _prctl is not None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    pid = os.fork()
    if pid:
        _become_guard(path, guard, child, pid, words)
    os.setpgid(0, 0)
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(71)
    os.dup2(last_words, 2)
    os.close(words)
    os.close(last_words)
    return _connect(path, "C %s\n" % child["token"])


def _become_guard(path, guard, child, pid, words):
    try:
        control = _connect(path, "G %s %d\n" % (child["token"], os.getpid()))
        if _prctl is not None:
            os.write(control, b"P %d\n" % pid)
        if words == _GUARD_CONTROL_FD:
            words = os.dup(words)
        os.dup2(control, _GUARD_CONTROL_FD)
        os.set_inheritable(words, True)
        os.set_blocking(words, False)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        arguments = [child["directory"], "adopt", str(pid), str(words), "1" if _prctl is not None else ""]
        os.chdir("/")
        _let_the_worker_begin()
        os.execve(guard[0], guard + arguments, {"LC_ALL": "C"})
    except BaseException:
        os.kill(pid, 9)
        os._exit(71)


def _let_the_worker_begin():
    """Until the session has something to say to the guard: to start its program takes as long as a first result."""
    waiting = poll()
    waiting.register(_GUARD_CONTROL_FD, POLLIN)
    waiting.poll(_HEAD_START_MS)


def _connect(path, line):
    connection = socket(AF_UNIX, SOCK_STREAM)
    connection.connect(path)
    connection.sendall(line.encode("ascii"))
    return connection.detach()


def _say_last_words(text):
    try:
        os.write(2, text.encode("utf-8", "backslashreplace"))
    except OSError:
        pass
