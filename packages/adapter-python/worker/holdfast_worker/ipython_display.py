"""``IPython.display.display``, which shows nothing rich outside of IPython's shell, shows it in the session."""

import builtins

from .import_hooks import when_imported


def watch_imports():
    when_imported("IPython.core.display_functions", _patch)


def _patch(module):
    original, show = module.display, builtins.display

    def display(*objects, display_id=None, raw=False, **options):
        if is_running():
            return original(*objects, display_id=display_id, raw=raw, **options)
        if display_id is True:
            display_id = module._new_id()
        show(*objects, display_id=display_id, raw=raw, **options)
        return module.DisplayHandle(display_id) if display_id else None

    display.__module__, display.__doc__ = original.__module__, original.__doc__
    module.display = display


def is_running():
    """Whether a shell of IPython's runs in this process, and shows things itself."""
    return "__IPYTHON__" in builtins.__dict__
