"""Imports of the standard library for ourselves: never from the current directory or another folder of user code's."""

import sys
from _frozen_importlib_external import PathFinder
from _thread import get_ident

_PATH = list(sys.path)


def import_standard(name):
    """A module of the standard library, with what it imports; the one that is loaded already, whosever it is."""
    module = sys.modules.get(name)
    if module is not None:
        return module
    finder = _Finder()
    finders = sys.meta_path
    finders.insert(finders.index(PathFinder) if PathFinder in finders else len(finders), finder)
    try:
        return __import__(name)
    finally:
        finders.remove(finder)


class _Finder:
    def __init__(self):
        self._thread = get_ident()

    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, path or _PATH, target) if get_ident() == self._thread else None
