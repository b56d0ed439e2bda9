"""What a type is called, whatever its metaclass and its author did to its names. Nothing here calls user code."""

from .wire_text import cut

_MOST_CHARACTERS = 1000

_get_qualname = type.__dict__["__qualname__"].__get__
_get_module = type.__dict__["__module__"].__get__


def qualname(kind):
    return cut(_get_qualname(kind), _MOST_CHARACTERS)


def module(kind):
    """The module that a type says it is of, ``<unknown>`` as Python has it where it says none."""
    try:
        name = _get_module(kind)
    except AttributeError:
        return "<unknown>"
    return cut(name, _MOST_CHARACTERS) if issubclass(type(name), str) else "<unknown>"


def full_name(kind):
    """As tracebacks have it: without the module for what is built in or of ``__main__``."""
    where = module(kind)
    return qualname(kind) if where in ("builtins", "__main__") else where + "." + qualname(kind)
