"""The source of every cell, for tracebacks, ``inspect`` and ``linecache``."""

import os
import sys

from .import_hooks import when_imported

OUR_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

# Cells by file name. What they define may live as long as the process, and so do they.
_cells = {}


def remember(name, code):
    _cells[name] = code
    linecache = sys.modules.get("linecache")
    if issubclass(type(getattr(linecache, "cache", None)), dict):
        _fill(linecache, name)


def all_cells():
    return dict(_cells)


def line_of(name, number):
    """One line of a cell, ``None`` if there is no such."""
    code = _cells.get(name) if type(name) is str else None
    if code is None or type(number) is not int:
        return None
    lines = code.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else None


def watch_imports():
    when_imported("linecache", fill_linecache)
    when_imported("inspect", _patch_inspect)


def fill_linecache(linecache):
    """Puts back what ``linecache.clearcache()`` has taken."""
    if not issubclass(type(linecache.cache), dict):
        linecache.cache = {}
    for name in _cells:
        if name not in linecache.cache:
            _fill(linecache, name)


def _fill(linecache, name):
    code = _cells[name]
    lines = code.splitlines(True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    linecache.cache[name] = (len(code), None, lines, name)


def _patch_inspect(inspect):
    """``inspect.getsource`` of a class of ``__main__``, which has no file: the cell that defines it."""
    getfile = inspect.getfile

    def getfile_of_cells(object):
        try:
            return getfile(object)
        except (TypeError, OSError):
            name = cell_of_class(object) if isinstance(object, type) else None
            if name is None:
                raise
            return name

    getfile_of_cells.__name__, getfile_of_cells.__qualname__ = "getfile", "getfile"
    getfile_of_cells.__module__, getfile_of_cells.__doc__ = "inspect", getfile.__doc__
    inspect.getfile = getfile_of_cells


def cell_of_class(cls):
    for value in vars(cls).values():
        code = getattr(getattr(value, "__func__", value), "__code__", None)
        if code is not None and code.co_filename in _cells:
            return code.co_filename
    words = "class " + cls.__name__
    for name in reversed(list(_cells)):
        if words in _cells[name]:
            return name
    return None
