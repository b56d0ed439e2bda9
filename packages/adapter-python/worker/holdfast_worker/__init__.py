"""The Python side of Holdfast: runs cells for a session. Standard library only, CPython 3.9 and later."""

import builtins
import sys
from _frozen_importlib_external import SourceFileLoader, spec_from_file_location

_BUILTINS = dict(vars(builtins))


class _Loader(SourceFileLoader):
    """Gives our modules builtins of their own, so that ``builtins.len = None`` in a cell is the cell's loss alone."""

    def exec_module(self, module):
        module.__builtins__ = _BUILTINS
        super().exec_module(module)


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        package, _, module = name.rpartition(".")
        if package != __name__:
            return None
        file = "%s/%s.py" % (__path__[0], module)
        return spec_from_file_location(name, file, loader=_Loader(name, file))


sys.meta_path.insert(0, _Finder)
