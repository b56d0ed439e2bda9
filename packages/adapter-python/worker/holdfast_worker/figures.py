"""Matplotlib figures as PNG, once user code imports it; nothing of it is imported before."""

import os
import sys

from .import_hooks import when_imported
from .ipython_display import is_running
from .representation import safe_repr


def watch_imports(display):
    when_imported("matplotlib", _choose_backend)
    when_imported("matplotlib.pyplot", lambda pyplot: _patch(pyplot, display))


def flush(display):
    """Shows and closes all open figures, unless IPython does."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or is_running():
        return
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        display({"image/png": png_of(figure), "text/plain": safe_repr(figure)})
    pyplot.close("all")


def png_of(figure):
    from io import BytesIO

    file = BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def _choose_backend(matplotlib):
    """Of ours only as long as the user has named none: not by the environment, which subprocesses would inherit."""
    if "MPLBACKEND" not in os.environ:
        matplotlib.rcParams["backend"] = "agg"


def _patch(pyplot, display):
    show = pyplot.show

    def show_here(*arguments, **options):
        if pyplot.get_backend().lower() != "agg":
            return show(*arguments, **options)
        flush(display)

    show_here.__name__, show_here.__qualname__, show_here.__doc__ = "show", "show", show.__doc__
    show_here.__module__ = "matplotlib.pyplot"
    pyplot.show = show_here
