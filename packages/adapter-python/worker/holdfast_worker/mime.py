"""Representations of a value by MIME type: text as text, the rest as bytes."""

from .representation import attempt
from .standard import import_standard
from .type_names import module
from .wire_text import sayable

_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_pdf_", "application/pdf"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
    ("_repr_javascript_", "application/javascript"),
)
_PLAIN = frozenset((int, str, float, bool, list, dict, tuple, set, frozenset, bytes, complex, type(None), type))
_MAX_BYTES = 64 * 1024 * 1024  # of all representations of one value: a message holds four times that


def bundle(value, text):
    """All representations that a value offers, and its ``repr``; one that fails or is too large is left out."""
    mime = attempt(lambda: _offered(value)) or {}
    mime.setdefault("text/plain", text)
    return mime


def from_dict(data):
    """A bundle that the user has made. Never empty."""
    mime = {}
    for kind, content in data.items():
        _put(mime, str(kind), content)
    if not mime:
        mime["text/plain"] = "<left out: too large, or neither text nor bytes nor JSON>"
    return mime


def _offered(value):
    mime = {}
    if type(value) in _PLAIN or isinstance(value, type) or _answers_anything(value):
        return mime
    for name, kind in _METHODS:
        _put(mime, kind, _call(value, name))
    if not mime and module(type(value)).startswith("matplotlib.") and hasattr(value, "savefig"):
        from .figures import png_of

        _put(mime, "image/png", attempt(lambda: png_of(value)))
    more = _call(value, "_repr_mimebundle_", include=None, exclude=None)
    if issubclass(type(more), dict):
        for kind, data in list(dict.items(more)):
            _put(mime, attempt(lambda: str(kind)), data)  # noqa: B023 - called at once
    return mime


def _call(value, name, **arguments):
    """What a method answers, without the metadata that may come with it; ``None`` if there is no such method."""

    def call():
        method = getattr(value, name, None)
        data = None if method is None else method(**arguments)
        return data[0] if type(data) is tuple and data else data

    return attempt(call)


def _put(mime, kind, data):
    if kind is None or data is None:
        return
    kind = sayable(kind)
    data = attempt(lambda: _converted(kind, data))
    if data is None:
        return
    size = sum(map(_size, mime.values())) + _size(data)
    if size <= _MAX_BYTES:
        mime[kind] = data


def _converted(kind, data):
    if issubclass(type(data), (bytes, bytearray, memoryview)):
        data = bytes(memoryview(data))
        return sayable(data.decode("utf-8", "replace")) if _is_text(kind) else data
    if not issubclass(type(data), str):
        return sayable(import_standard("json").dumps(data))
    data = sayable(data)
    if _is_text(kind):
        return data
    from binascii import Error, a2b_base64  # images come as base64 from what was written for notebooks

    try:
        return a2b_base64(data.encode("ascii", "replace"))
    except Error:
        return data


def _size(data):
    return len(data) if type(data) is bytes or data.isascii() else 4 * len(data)


def _is_text(kind):
    return (
        kind.startswith("text/")
        or kind.endswith(("+xml", "+json"))
        or kind in ("application/json", "application/javascript")
    )


def _answers_anything(value):
    """Objects that have every attribute, such as mocks, offer nothing."""
    return attempt(lambda: getattr(value, "_holdfast_canary_method_should_not_exist_", None) is not None, True)
