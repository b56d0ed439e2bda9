"""What an execution changes in the namespace: names that come and go, names that stand for another object, and objects that are
changed in place as far as their first items, keys and attributes show it."""

import sys
from itertools import islice

from .namespace import is_ours
from .wire_text import sayable

_MOST_ITEMS = 10_000  # looked at in one variable
_MOST_DEPTH = 4
_MOST_NAMES = 10_000


class Before:
    """The namespace as it stands now. Holds on to its objects, so that no new one can have the identity of an old one."""

    def __init__(self, namespace):
        self._values = {name: value for name, value in namespace.items() if type(name) is str}
        self._looks = {name: _look(value) for name, value in self._values.items()}
        self._modules = set(sys.modules)

    def changes(self, namespace):
        """As the protocol has it, without its type."""
        now = {name: value for name, value in namespace.items() if type(name) is str}
        return {
            "added": _names(name for name in now if name not in self._values),
            "changed": _names(name for name in now if name in self._values and self._has_changed(name, now[name])),
            "removed": _names(name for name in self._values if name not in now),
            "modules": _names(name for name in list(sys.modules) if name not in self._modules and not _is_internal(name)),
        }

    def _has_changed(self, name, value):
        return value is not self._values[name] or _look(value) != self._looks[name]


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
    if kind in (list, tuple):
        items = value
    elif kind in (set, frozenset):
        items = value
    elif kind is dict:
        items = [part for pair in islice(value.items(), _MOST_ITEMS) for part in pair]
    elif kind is bytearray:
        seen.append(bytes(value[:_MOST_ITEMS]))
        return
    elif kind.__flags__ & (1 << 9) and not issubclass(kind, type):  # Py_TPFLAGS_HEAPTYPE: of a class statement
        try:
            items = [part for pair in object.__getattribute__(value, "__dict__").items() for part in pair]
        except AttributeError:
            return
    else:
        return
    seen.append(len(items))
    for item in islice(items, _MOST_ITEMS - min(len(seen), _MOST_ITEMS)):
        _collect(item, seen, depth + 1)


def _names(names):
    return [sayable(name[:1000]) for name in islice((name for name in names if not is_ours(name)), _MOST_NAMES)]


def _is_internal(name):
    return name.partition(".")[0] == __package__
