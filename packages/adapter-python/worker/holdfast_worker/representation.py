"""``repr`` of any object."""

from .type_names import qualname
from .wire_text import cut

# Characters. Twice in a result, beside its value: together they stay below what one message can hold.
MAX_REPR = 16 * 1024 * 1024


def attempt(function, otherwise=None):
    """What user code answers, or ``otherwise`` if it raises anything but an interrupt."""
    try:
        return function()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise


def safe_repr(value, limit=MAX_REPR):
    """``repr``, cut at ``limit`` characters, or what can be said of a value whose ``repr`` is empty or raises. Never empty."""
    try:
        text = cut(repr(value), limit)
        reason = "is empty"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        text, reason = "", "raised " + qualname(type(error))
    return text or "<%s object at %#x: its repr %s>" % (qualname(type(value)), id(value), reason)
