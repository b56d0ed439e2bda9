"""Exceptions as the session reports them: structured, and as the text that plain Python prints, without our frames.

Total: an exception whose class, attributes or text are hostile is still told, with less about it.
"""

import sys

from .sources import OUR_FOLDER, fill_linecache, line_of
from .standard import import_standard
from .type_names import full_name
from .wire_text import cut

_EXCEPTHOOK = sys.excepthook
_MOST_FRAMES = 200  # at either end half of it; recursion makes a thousand
_MOST_NAME = 4096  # characters: paths are no longer
_MOST_SOURCE = 4096  # characters: a cell may be one line of 10 MB
_MOST_TEXT = 4 * 1024 * 1024  # characters

# The exception's own, whatever its class says; none of these calls user code.
_get_traceback = BaseException.__traceback__.__get__
_set_traceback = BaseException.__traceback__.__set__
_get_arguments = BaseException.args.__get__


def trim(error, codes):
    """Takes the frames outside the cell off an exception's traceback, if the cell is in it at all, else ours."""
    trace = _get_traceback(error)
    cell = trace
    while cell is not None and cell.tb_frame.f_code not in codes:
        cell = cell.tb_next
    if cell is None:
        cell = trace
        while cell is not None and _is_ours(cell.tb_frame.f_code.co_filename):
            cell = cell.tb_next
    _set_traceback(error, cell)


def describe(error):
    """``{name, message, traceback, text}`` of an exception whose traceback was trimmed. Calls user code."""
    try:
        return _describe(error)
    except BaseException:  # hostile objects, an interrupt of what they do, or nothing left to work with
        return describe_barely(error)


def describe_barely(error):
    """What can be said without calling any code of the exception's."""
    name = full_name(type(error))
    arguments = [argument for argument in _get_arguments(error) if type(argument) is str]
    message = "<could not be described>" + "".join(" " + cut(argument, 1000) for argument in arguments[:1])
    frames = []
    trace = _get_traceback(error)
    while trace is not None and len(frames) < _MOST_FRAMES:
        code = trace.tb_frame.f_code
        if not _is_ours(code.co_filename):
            line = trace.tb_lineno
            frames.append(_frame(code.co_filename, line, code.co_name, line_of(code.co_filename, line)))
        trace = trace.tb_next
    text = "Traceback (most recent call last):\n" if frames else ""
    for frame in frames:
        text += '  File "%(file)s", line %(line)d, in %(function)s\n' % frame
        text += "    %(source)s\n" % frame if frame["source"] else ""
    return {"name": name, "message": message, "traceback": frames, "text": "%s%s: %s\n" % (text, name, message)}


def call_hook(error):
    """Calls ``sys.excepthook``, if it is the user's, as at the end of a script. Calls user code."""
    hook = getattr(sys, "excepthook", _EXCEPTHOOK)
    if hook is not _EXCEPTHOOK:
        hook(type(error), error, _get_traceback(error))


def _describe(error):
    traceback = import_standard("traceback")
    fill_linecache(traceback.linecache)
    kind = type(error)
    is_syntax = issubclass(kind, SyntaxError)
    if is_syntax and SyntaxError.text.__get__(error) is None:
        SyntaxError.text.__set__(error, line_of(SyntaxError.filename.__get__(error), SyntaxError.lineno.__get__(error)))
    report = traceback.TracebackException(kind, error, _get_traceback(error))
    _hide_ours(report, set())
    frames = [_frame(f.filename, f.lineno, f.name, f.line) for f in report.stack]
    if len(frames) > _MOST_FRAMES:
        frames = frames[: _MOST_FRAMES // 2] + frames[-_MOST_FRAMES // 2 :]
    if is_syntax and error.lineno is not None:
        frames.append(_frame(error.filename, error.lineno, "", error.text))
    return {
        "name": full_name(kind),
        "message": _message(error, report),
        "traceback": frames,
        "text": _text(report),
    }


def _frame(file, line, function, source):
    return {
        "file": _said(file, _MOST_NAME),
        "line": line if type(line) is int and 0 <= line < 2**31 else 0,
        "function": _said(function, _MOST_NAME),
        "source": _said(source, _MOST_SOURCE).strip(),
    }


def _said(text, limit):
    return cut(text, limit) if issubclass(type(text), str) else ""


def _message(error, report):
    # Asking a second time may print again or never end, but some of the report's messages end in a suggestion.
    text = None if issubclass(type(error), (AttributeError, ImportError, NameError)) else getattr(report, "_str", None)
    try:
        return cut(str(error) if text is None else text, _MOST_TEXT)
    except BaseException:
        return "<exception str() failed>"


def _text(report):
    """The report as plain Python prints it; of one that is very long the beginning and the last line."""
    parts, size, last = [], 0, ""
    for last in report.format():
        size += len(last)
        if size <= _MOST_TEXT:
            parts.append(last)
    if size > _MOST_TEXT:
        parts += ["…\n", cut(last, _MOST_TEXT)]
    return cut("".join(parts), 3 * _MOST_TEXT)


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
    return str.startswith(filename, OUR_FOLDER)


def remember_last(error):
    """What the interactive interpreter sets, for ``pdb.pm()`` and friends."""
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, _get_traceback(error)
    sys.last_exc = error
