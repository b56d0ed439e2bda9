"""Which execution something belongs to: threads and tasks keep the one that started them."""

import os
from contextvars import ContextVar

from .gate import gate

_owner = ContextVar("holdfast_owner", default=None)


class State:
    """What the worker does now."""

    __slots__ = ("execution", "is_fork", "last")

    def __init__(self):
        self.execution = None  # the one that runs
        self.last = None  # the one that ran before, once there is none
        self.is_fork = False  # whether this process is a fork made by user code


state = State()
owner = _owner.get
own = _owner.set


def is_foreign(execution):
    """Whether an owner is an execution that has ended."""
    return execution is not None and execution is not state.execution and not state.is_fork


def _is_others():
    return state.execution is not None and is_foreign(owner())


gate.is_others = _is_others


def patch_threading(module):
    """A thread belongs to the execution that started it."""
    thread = module.Thread
    start, bootstrap = thread.start, thread._bootstrap_inner

    def start_owned(self):
        self.__dict__.setdefault("_holdfast_owner", owner())
        start(self)

    def bootstrap_owned(self):
        own(self.__dict__.get("_holdfast_owner"))
        bootstrap(self)

    start_owned.__name__, start_owned.__qualname__, start_owned.__doc__ = "start", "Thread.start", start.__doc__
    start_owned.__module__ = "threading"
    thread.start, thread._bootstrap_inner = start_owned, bootstrap_owned


def watch_forks(channel):
    def in_child():
        state.is_fork = True
        gate.has_execution = True  # an interrupt is for us, as for any child
        channel.abandon()

    os.register_at_fork(after_in_child=in_child)
