"""Exceptions as the session reports them: structured, and as the text that plain Python prints, without our frames."""

import sys
import traceback

from .sources import OUR_FOLDER, fill_linecache, line_of

_MOST_FRAMES = 200  # at either end half of it; recursion makes a thousand


def trim(error, codes):
    """Takes the frames outside the cell off an exception's traceback, if the cell is in it at all, else ours."""
    trace = error.__traceback__
    cell = trace
    while cell is not None and cell.tb_frame.f_code not in codes:
        cell = cell.tb_next
    if cell is None:
        cell = trace
        while cell is not None and _is_ours(cell.tb_frame.f_code.co_filename):
            cell = cell.tb_next
    return error.with_traceback(cell)


def describe(error):
    """``{name, message, traceback, text}`` of an exception whose traceback was trimmed."""
    try:
        return _describe(error)
    except (Exception, RecursionError, MemoryError):  # hostile objects, or nothing left to work with
        name = type(error).__name__
        return {"name": name, "message": "", "traceback": [], "text": name + "\n"}


def _describe(error):
    fill_linecache(traceback.linecache)
    if isinstance(error, SyntaxError) and error.text is None:
        error.text = line_of(error.filename, error.lineno)
    kind = type(error)
    report = traceback.TracebackException(kind, error, error.__traceback__)
    _hide_ours(report, set())
    frames = [
        {"file": f.filename, "line": f.lineno or 0, "function": f.name, "source": f.line or ""} for f in report.stack
    ]
    if len(frames) > _MOST_FRAMES:
        frames = frames[: _MOST_FRAMES // 2] + frames[-_MOST_FRAMES // 2 :]
    if isinstance(error, SyntaxError) and error.lineno is not None:
        frames.append(
            {
                "file": str(error.filename),
                "line": error.lineno,
                "function": "",
                "source": (error.text or "").strip(),
            }
        )
    return {
        "name": kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__,
        "message": _message(error),
        "traceback": frames,
        "text": _sayable("".join(report.format())),
    }


def _message(error):
    try:
        return _sayable(str(error))
    except BaseException:
        return "<exception str() failed>"


def _hide_ours(report, seen):
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    report.stack[:] = [frame for frame in report.stack if not _is_ours(frame.filename)]
    _hide_ours(report.__cause__, seen)
    _hide_ours(report.__context__, seen)
    for inner in getattr(report, "exceptions", None) or ():
        _hide_ours(inner, seen)


def _is_ours(filename):
    return filename.startswith(OUR_FOLDER)


def _sayable(text):
    """Text that UTF-8 can say: lone surrogates escaped, as Python does on stderr."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def remember_last(error):
    """What the interactive interpreter sets, for ``pdb.pm()`` and friends."""
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    sys.last_exc = error
