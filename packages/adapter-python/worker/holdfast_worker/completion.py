"""Completion and documentation at a cursor, which counts Unicode code points. No code is run: attributes are looked up as they
are written down, so a property or a ``__getattr__`` is never called."""

import builtins
import sys

from .representation import attempt
from .standard import import_standard
from .wire_text import sayable

keyword, re = import_standard("keyword"), import_standard("re")

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\.?$")
_IMPORT = re.compile(r"(?:^|\n|;)\s*(?:import|from)\s+(?:[\w.]+\s*,\s*)*([\w.]*)$")
_KEY = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\[\s*(['\"])([^'\"\\]*)$")
_MOST = 1_000
_MOST_TEXT = 100_000


def complete(code, cursor, namespace):
    """(matches, start, end) of what a match takes the place of."""
    head = code[:cursor]
    found = _IMPORT.search(head)
    if found:
        stem = found.group(1)
        return _sorted(_modules(stem), stem), cursor - len(stem), cursor
    found = _KEY.search(head)
    if found:
        holder, stem = _look_up(found.group(1), namespace), found.group(3)
        keys = [key for key in holder if type(key) is str] if type(holder) is dict else []
        return _sorted(keys, stem), cursor - len(stem), cursor
    found = _DOTTED.search(head)
    if not found:
        return [], cursor, cursor
    path, _, stem = found.group().rpartition(".")
    start = cursor - len(stem)
    if path:
        holder = _look_up(path, namespace)
        return _sorted(() if holder is _MISSING else _attributes(holder), stem), start, cursor
    names = {*namespace, *vars(builtins), *keyword.kwlist}
    return _sorted([name for name in names if type(name) is str], stem), start, cursor


def describe(code, cursor, namespace):
    """A MIME bundle of what is known, ``None`` where that is nothing."""
    head = _DOTTED.search(code[:cursor])
    tail = re.match(r"\w*", code[cursor:])
    path = (head.group() if head else "") + tail.group()
    value = _look_up(path, namespace) if path else _MISSING
    if value is _MISSING:
        return None
    inspect = import_standard("inspect")
    parts = []
    if callable(value):
        signature = attempt(lambda: inspect.signature(value))
        parts.append(path.rpartition(".")[2] + (str(signature) if signature is not None else "(...)"))
    else:
        parts.append("%s: %s" % (path, type(value).__name__))
    doc = attempt(lambda: inspect.getdoc(value))
    if type(doc) is str:
        parts.append(doc)
    return {"text/plain": sayable("\n\n".join(parts)[:_MOST_TEXT])}


_MISSING = object()


def _look_up(path, namespace):
    first, *rest = path.rstrip(".").split(".")
    value = namespace.get(first, vars(builtins).get(first, _MISSING))
    for name in rest:
        if value is _MISSING:
            break
        value = _attribute(value, name)
    return value


def _attribute(value, name):
    inspect = import_standard("inspect")
    found = attempt(lambda: inspect.getattr_static(value, name, _MISSING), _MISSING)
    if type(found) in (staticmethod, classmethod):
        return found.__func__
    return _MISSING if type(found) is property else found


def _attributes(value):
    names = set()
    for kind in type(value).__mro__:
        names.update(vars(kind))
    if issubclass(type(value), type):
        for kind in type.mro(value):
            names.update(vars(kind))
    names.update(attempt(lambda: object.__getattribute__(value, "__dict__"), ()))
    return [name for name in names if type(name) is str]


def _modules(stem):
    path, _, _ = stem.rpartition(".")
    if path:
        parent = sys.modules.get(path)
        folders, prefix = getattr(parent, "__path__", ()), path + "."
    else:
        folders, prefix = None, ""
    pkgutil = import_standard("pkgutil")
    found = attempt(lambda: [module.name for module in pkgutil.iter_modules(folders)], [])
    return [prefix + name for name in found] + ([] if path else list(sys.builtin_module_names))


def _sorted(names, stem):
    hides = not stem.rpartition(".")[2].startswith("_")
    matches = {name for name in names if name.startswith(stem) and not (hides and name.rpartition(".")[2].startswith("_"))}
    return sorted(matches, key=lambda name: (name.lower(), name))[:_MOST]
