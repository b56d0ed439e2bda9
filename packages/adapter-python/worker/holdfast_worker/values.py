"""Python values in the protocol's form: JSON where JSON can say it, a map tagged with ``$type`` where it cannot.

Total: whatever the object does, there is an answer. Bounded in depth, items and bytes; what was left out is said.
"""

MAX_DEPTH = 24
MAX_ITEMS = 20_000
MAX_BYTES = 4 * 1024 * 1024
MAX_REPR = 1024 * 1024

_SAFE = 2**53 - 1


def safe_repr(obj, limit=MAX_REPR):
    """``repr(obj)``, never empty, cut at ``limit`` characters, whatever ``__repr__`` does."""
    try:
        text = repr(obj)
        if type(text) is not str:
            text = str.__str__(text)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        text = "<%s object, whose repr raised %s>" % (type(obj).__name__, type(error).__name__)
    if len(text) > limit:
        text = "%s… (%d characters in all)" % (text[:limit], len(text))
    return text.encode("utf-8", "backslashreplace").decode("utf-8") or "<%s object with an empty repr>" % type(obj).__name__


class _Budget:
    __slots__ = ("items", "size", "truncated", "parents")

    def __init__(self):
        self.items = MAX_ITEMS
        self.size = MAX_BYTES
        self.truncated = False
        self.parents = set()


def encode(obj):
    """(value, truncated): the protocol's form of an object and whether it leaves something out."""
    kind = type(obj)
    if obj is None or kind is bool:
        return obj, False
    if kind is int and -_SAFE <= obj <= _SAFE:
        return obj, False
    budget = _Budget()
    try:
        value = _encode(obj, budget, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:
        value = _unrepresentable(obj)
    return value, budget.truncated


def _encode(obj, budget, depth):
    kind = type(obj)
    if obj is None or kind is bool:
        return obj
    if kind is int:
        return obj if -_SAFE <= obj <= _SAFE else _bigint(obj, budget)
    if kind is str:
        return _text(obj, budget)
    if kind is float:
        return _float(obj)
    budget.items -= 1
    if budget.items < 0 or depth > MAX_DEPTH or budget.size < 0:
        budget.truncated = True
        return {"$type": "unrepresentable", "repr": "<%s, left out: too large>" % kind.__name__}
    if kind in (bytes, bytearray):
        return _bytes(obj, budget)
    if kind is complex:
        return {"$type": "complex", "real": _float(obj.real), "imag": _float(obj.imag)}
    container = _CONTAINERS.get(kind)
    if container is None:
        return _other(obj, kind, budget)
    if id(obj) in budget.parents:
        return _unrepresentable(obj)
    budget.parents.add(id(obj))
    try:
        return container(obj, budget, depth)
    finally:
        budget.parents.discard(id(obj))


def _items(obj, budget, depth):
    items = []
    for item in obj:
        if budget.items <= 0 or budget.size < 0:
            budget.truncated = True
            break
        budget.items -= 1
        items.append(_encode(item, budget, depth + 1))
    return items


def _list(obj, budget, depth):
    return _items(obj, budget, depth)


def _tagged(tag):
    def container(obj, budget, depth):
        return {"$type": tag, "items": _items(obj, budget, depth)}

    return container


def _dict(obj, budget, depth):
    if all(type(key) is str and key[:1] != "$" and _is_text(key) for key in obj):
        result = {}
        for key, value in obj.items():
            if budget.items <= 0 or budget.size < 0:
                budget.truncated = True
                break
            budget.items -= 1
            budget.size -= len(key)
            result[key] = _encode(value, budget, depth + 1)
        return result
    return {"$type": "dict", "items": [_list(pair, budget, depth) for pair in _pairs(obj, budget)]}


def _pairs(obj, budget):
    for pair in obj.items():
        if budget.items <= 0 or budget.size < 0:
            budget.truncated = True
            return
        yield pair


_CONTAINERS = {
    list: _list,
    dict: _dict,
    tuple: _tagged("tuple"),
    set: _tagged("set"),
    frozenset: _tagged("frozenset"),
}


def _float(n):
    if n != n:
        return {"$type": "float", "value": "nan"}
    if n in (float("inf"), float("-inf")):
        return {"$type": "float", "value": "inf" if n > 0 else "-inf"}
    if n == 0 and str(n) == "-0.0":
        return {"$type": "float", "value": "-0.0"}
    # A whole float and an int look the same in JSON; the repr beside it tells them apart.
    return n


def _bigint(n, budget):
    if n.bit_length() > 40_000:  # decimal conversion is quadratic, and bounded by Python itself
        budget.size -= n.bit_length() // 4
        return {"$type": "bigint", "value": hex(n)} if budget.size > 0 else _cut(budget)
    return {"$type": "bigint", "value": _decimal(n)}


def _decimal(n):
    try:
        return str(n)
    except ValueError:  # sys.set_int_max_str_digits
        return hex(n)


def _cut(budget):
    budget.truncated = True
    return {"$type": "unrepresentable", "repr": "<int, left out: too large>"}


def _is_text(text):
    try:
        text.encode("utf-8")
        return True
    except UnicodeEncodeError:
        return False


def _text(text, budget):
    if len(text) > budget.size:
        budget.truncated = True
        text = text[: max(0, budget.size)]
    budget.size -= len(text)
    if _is_text(text):
        return text
    return {"$type": "string", "codePoints": [ord(char) for char in text]}


def _bytes(data, budget):
    from binascii import b2a_base64

    if len(data) > budget.size:
        budget.truncated = True
        data = data[: max(0, budget.size)]
    budget.size -= len(data)
    return {"$type": "bytes", "base64": b2a_base64(bytes(data), newline=False).decode("ascii")}


def _other(obj, kind, budget):
    module, name = kind.__module__, kind.__qualname__
    if module == "datetime":
        if name in ("datetime", "date", "time"):
            return {"$type": name, "iso": obj.isoformat()}
        if name == "timedelta":
            return {"$type": "timedelta", "days": obj.days, "seconds": obj.seconds, "microseconds": obj.microseconds}
    if module == "decimal" and name == "Decimal":
        return {"$type": "decimal", "value": str(obj)}
    if module == "uuid" and name == "UUID":
        return {"$type": "uuid", "value": str(obj)}
    return _unrepresentable(obj)


def _unrepresentable(obj):
    kind = type(obj)
    return {
        "$type": "unrepresentable",
        "pythonType": "%s.%s" % (kind.__module__, kind.__qualname__),
        "repr": safe_repr(obj, 10_000),
    }
