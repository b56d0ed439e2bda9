"""Runs something when a module has been imported, without importing it ourselves."""

import sys

_waiting = {}


def when_imported(name, action):
    """Calls ``action(module)`` once: now if the module is there, else right after its import."""
    module = sys.modules.get(name)
    if module is not None:
        action(module)
        return
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
    _waiting.setdefault(name, []).append(action)


class _Finder:
    """Finds nothing itself: lets the others find a module that is waited for, and has its loader tell us."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in _waiting:
            return None
        actions = _waiting.pop(name)
        for finder in sys.meta_path:
            if finder is cls or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is None:
                continue
            if hasattr(spec.loader, "exec_module"):
                spec.loader = _Loader(spec.loader, actions)
            return spec
        _waiting[name] = actions
        return None


class _Loader:
    def __init__(self, loader, actions):
        self._loader = loader
        self._actions = actions

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        for action in self._actions:
            try:
                action(module)
            except Exception:  # a module that is not what we know: it stays as it is
                pass
