"""What an execution changes in the namespace: names that come and go, names that stand for another object, and objects that are
changed in place as far as their first items, keys and attributes show it."""

import sys
from itertools import islice

from .namespace import is_ours
from .wire_text import sayable

_MOST_ITEMS = 10_000  # looked at in one variable
_MOST_DEPTH = 4
_MOST_NAMES = 10_000

# Read past what user code may have put in front: a metaclass, a property.
_mro_of = type.__dict__["__mro__"].__get__
_flags_of = type.__dict__["__flags__"].__get__
_dict_of = type.__dict__["__dict__"].__get__
_Descriptor = type(type.__dict__["__dict__"])


class Before:
    """The namespace as it stands now. Holds on to its objects, so that no new one can have the identity of an old one."""

    def __init__(self, namespace):
        self._values = _variables(namespace)
        self._looks = {name: _look(value) for name, value in self._values.items()}
        self._modules = set(_module_names())

    def changes(self, namespace):
        """As the protocol has it, without its type."""
        now = _variables(namespace)
        return {
            "added": _names(name for name in now if name not in self._values),
            "changed": _names(name for name in now if name in self._values and self._has_changed(name, now[name])),
            "removed": _names(name for name in self._values if name not in now),
            "modules": _names(name for name in _module_names() if name not in self._modules and not _is_internal(name)),
        }

    def _has_changed(self, name, value):
        return value is not self._values[name] or _look(value) != self._looks[name]


def _variables(namespace):
    """At once: threads of the user's may go on meanwhile."""
    return {name: value for name, value in dict.copy(namespace).items() if type(name) is str}


def _module_names():
    """In order of their import."""
    modules = sys.modules
    return [name for name in dict.copy(modules) if type(name) is str] if type(modules) is dict else []


def _look(value):
    """Something that is equal as long as nothing has changed that is seen here. Calls no user code."""
    seen = []
    _collect(value, seen, 0)
    return seen


def _collect(value, seen, depth):
    seen.append(id(value))
    if depth == _MOST_DEPTH or len(seen) > _MOST_ITEMS:
        return
    kind = type(value)
    if kind is bytearray:
        seen.append(bytes(value[:_MOST_ITEMS]))
        return
    if kind is list or kind is tuple or kind is set or kind is frozenset or kind is dict:
        items = value
    elif _flags_of(kind) & (1 << 9) and not issubclass(kind, type):  # Py_TPFLAGS_HEAPTYPE: of a class statement
        items = _attributes(value, kind)
        if items is None:
            return
    else:
        return
    seen.append(len(items))
    try:
        first = _first(items, _MOST_ITEMS - min(len(seen), _MOST_ITEMS))
    except RuntimeError:
        seen.append(object())  # a thread changes it in this moment, so it is equal to nothing
        return
    for item in first:
        _collect(item, seen, depth + 1)


def _first(items, most):
    if type(items) is not dict:
        return list(islice(items, most))
    return [part for pair in list(islice(items.items(), most)) for part in pair][:most]


def _attributes(value, kind):
    """The object's own ``__dict__``; ``None`` where it has none that is a plain one."""
    for base in _mro_of(kind):
        found = _dict_of(base).get("__dict__")
        if type(found) is _Descriptor:
            try:
                attributes = found.__get__(value)
            except TypeError:  # another class's
                return None
            return attributes if type(attributes) is dict else None
    return None


def _names(names):
    return [sayable(name[:1000]) for name in islice((name for name in names if not is_ours(name)), _MOST_NAMES)]


def _is_internal(name):
    return name.partition(".")[0] == __package__
