"""Representations of a value by MIME type: text as text, the rest as bytes."""

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


def safe_repr(value):
    """``repr``, or what can be said of a value whose ``repr`` is empty or raises. Never empty."""
    try:
        text = repr(value)
        if text:
            return sayable(text)
        reason = "is empty"
    except (Exception, SystemExit, GeneratorExit) as error:
        reason = "raised " + type(error).__name__
    return sayable("<%s object at %#x: its repr %s>" % (type(value).__qualname__, id(value), reason))


def bundle(value, text):
    """All representations that a value offers; one that fails is left out."""
    mime = {}
    if type(value) not in _PLAIN and not isinstance(value, type) and not _answers_anything(value):
        mime = _offered(value)
    mime.setdefault("text/plain", text)
    return mime


def _offered(value):
    mime = {}
    for name, kind in _METHODS:
        data = _call(value, name)
        if isinstance(data, tuple) and data:
            data = data[0]
        if data is not None:
            _put(mime, kind, data)
    if not mime and type(value).__module__.startswith("matplotlib.") and hasattr(value, "savefig"):
        from .figures import png_of

        _put(mime, "image/png", png_of(value))
    more = _call(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(more, tuple) and more:
        more = more[0]
    if isinstance(more, dict):
        for kind, data in more.items():
            _put(mime, str(kind), data)
    return mime


def from_dict(data):
    """A bundle that the user has made."""
    mime = {}
    for kind, content in data.items():
        _put(mime, str(kind), content)
    return mime


def _call(value, name, **arguments):
    try:
        method = getattr(value, name, None)
        return None if method is None else method(**arguments)
    except Exception:
        return None


def _put(mime, kind, data):
    kind = sayable(kind)
    if isinstance(data, (bytes, bytearray, memoryview)):
        data = bytes(data)
        mime[kind] = sayable(data.decode("utf-8", "replace")) if _is_text(kind) else data
    elif isinstance(data, str):
        if _is_text(kind):
            mime[kind] = sayable(data)
            return
        from binascii import Error, a2b_base64  # images come as base64 from what was written for notebooks

        try:
            mime[kind] = a2b_base64(data.encode("ascii", "replace"))
        except Error:
            mime[kind] = sayable(data)
    elif data is not None:
        import json

        try:
            mime[kind] = sayable(json.dumps(data))
        except (TypeError, ValueError):
            pass


def _is_text(kind):
    return (
        kind.startswith("text/")
        or kind.endswith(("+xml", "+json"))
        or kind in ("application/json", "application/javascript")
    )


def _answers_anything(value):
    """Objects that have every attribute, such as mocks, offer nothing."""
    try:
        return getattr(value, "_holdfast_canary_method_should_not_exist_", None) is not None
    except Exception:
        return True


def sayable(text):
    """Text that UTF-8 can say: lone surrogates escaped."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
