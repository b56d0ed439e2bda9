"""Where a Python signal handler may run: in user code, never in the middle of ours.

A handler may raise, and KeyboardInterrupt is only the most common case of that. In user code this is what the user asked
for; between two steps of ours it would tear a message or lose an end. So every handler is wrapped: while the main thread
is in our code the call is kept, and made when user code (or an interruptible wait) is entered next.
"""

import sys
from _signal import SIGINT, default_int_handler, getsignal, signal
from _thread import get_ident

# Code objects of ours that call into user code: a handler that would run in such a frame is kept as well.
deferring = set()

# An interrupt comes again every 20 ms until it is taken: for this long what an earlier execution has left may finish.
PATIENCE = 25


def defers(function):
    """Marks a function that calls :func:`Gate.open`, so that no handler raises between the call and its clean-up."""
    deferring.add(function.__code__)
    return function


class Gate:
    """Of the main thread; for other threads all is a plain call, since Python runs handlers in the main thread only."""

    __slots__ = (
        "is_own",
        "pending",
        "main",
        "has_execution",
        "cancel_task",
        "cancel_beside",
        "tell_taken",
        "is_others",
        "spared",
    )

    def __init__(self):
        self.is_own = True
        self.pending = []
        self.main = get_ident()
        self.has_execution = False
        # Set while an event loop runs a cell: cancels the cell's task, False if the frame is to be interrupted itself.
        self.cancel_task = None
        # Likewise: cancels it, once, while a task or a callback of another execution runs.
        self.cancel_beside = None
        # Tells the session that an interrupt has come: one that comes right before a system call is seen behind it only.
        self.tell_taken = None
        # Whether what runs, a task or a callback of the event loop, is of an earlier execution than the one that runs.
        self.is_others = lambda: False
        self.spared = 0

    def open(self, function):
        """Calls user code, or an interruptible wait: handlers run, and may raise, from here on. For callers in ours."""
        if get_ident() != self.main:
            return function()
        try:
            self.is_own = False
            if self.pending:
                self.deliver()
            return function()
        finally:
            self.is_own = True

    def shield(self, function, *arguments):
        """Calls code of ours from user code: handlers wait until it has returned."""
        if self.is_own or get_ident() != self.main:
            return function(*arguments)
        self.is_own = True
        try:
            return function(*arguments)
        finally:
            self.is_own = False
            if self.pending:
                self.deliver()

    def defer(self, handler, number):
        if (handler, number) not in self.pending:  # as the kernel does with a signal that is pending already
            self.pending.append((handler, number))

    def interrupt(self):
        """What SIGINT does, for one that may have come before the execution was known here."""
        handler = _unwrap(getsignal(SIGINT))
        if callable(handler):
            self.defer(handler, SIGINT)

    def deliver(self):
        while self.pending:
            handler, number = self.pending.pop(0)
            if handler is default_int_handler and self.spares():
                continue
            self.take(number)
            handler(number, sys._getframe(1))

    def begin(self):
        """An interrupt is for what runs from now on."""
        self.has_execution = True
        self.spared = 0

    def spares(self):
        """Whether what runs has nothing to do with an interrupt, and goes on: the cell ends when it gets its turn."""
        if not self.is_others():
            return False
        self.spared += 1
        if self.spared > PATIENCE:
            return False
        if self.cancel_beside is not None:
            self.cancel_beside()
        return True

    def take(self, number):
        """Called right before a handler is."""
        if number != SIGINT or self.tell_taken is None or not self.has_execution:
            return
        is_own, self.is_own = self.is_own, True
        try:
            self.tell_taken()
        except Exception:  # the session has gone
            pass
        finally:
            self.is_own = is_own

    def forget_interrupts(self):
        """Drops an interrupt that came too late for the execution it was meant for."""
        self.pending[:] = [entry for entry in self.pending if entry[0] is not default_int_handler]


gate = Gate()


class Handler:
    """A user's handler (or Python's own for SIGINT) as the interpreter calls it."""

    __slots__ = ("handler",)

    def __init__(self, handler):
        self.handler = handler

    def __call__(self, number, frame):
        if self.handler is default_int_handler and not gate.has_execution:
            return  # late: what it was meant for has ended
        if gate.is_own or (frame is not None and frame.f_code in deferring):
            gate.defer(self.handler, number)
            return
        if self.handler is default_int_handler and gate.spares():
            return
        gate.take(number)
        if self.handler is not default_int_handler:
            self.handler(number, frame)
        elif gate.cancel_task is None or not gate.cancel_task(frame):
            default_int_handler(number, frame)


def install():
    signal(SIGINT, Handler(default_int_handler))


def uninstall():
    """For the interpreter's end: an interrupt there is Python's business again."""
    current = getsignal(SIGINT)
    if isinstance(current, Handler):
        signal(SIGINT, current.handler)


def patch_signal(module):
    """``signal.signal`` and ``signal.getsignal`` keep their meaning, wrapping and unwrapping on the way."""
    set_handler, get_handler = module.signal, module.getsignal

    def signal(signalnum, handler):
        wraps = callable(handler) and not isinstance(handler, (int, Handler))
        return _unwrap(set_handler(signalnum, Handler(handler) if wraps else handler))

    def getsignal(signalnum):
        return _unwrap(get_handler(signalnum))

    for ours, theirs in ((signal, set_handler), (getsignal, get_handler)):
        ours.__module__, ours.__qualname__, ours.__doc__ = "signal", theirs.__name__, theirs.__doc__
    module.signal, module.getsignal = signal, getsignal


def _unwrap(handler):
    return handler.handler if isinstance(handler, Handler) else handler
