"""Python values in the protocol's form: JSON where JSON can say it, a map tagged with ``$type`` where it cannot.

Total: whatever the object does, there is an answer. Bounded in depth, items and bytes; what was left out is said.
"""

from itertools import islice

from .representation import safe_repr
from .type_names import module, qualname
from .wire_text import cut

MAX_DEPTH = 56  # of the message's maps and arrays, of which it may nest 64
MAX_ITEMS = 20_000
MAX_CODE_POINTS = 200_000
MAX_BYTES = 4 * 1024 * 1024
MAX_REPR = 10_000

_SAFE = 2**53 - 1


class _Budget:
    __slots__ = ("items", "code_points", "size", "truncated", "parents", "top", "text")

    def __init__(self, top, text):
        self.items = MAX_ITEMS
        self.code_points = MAX_CODE_POINTS
        self.size = MAX_BYTES
        self.truncated = False
        self.parents = set()
        self.top, self.text = top, text

    def is_spent(self):
        """Whether nothing more fits; that something was left out is noted then."""
        self.truncated = self.truncated or self.items <= 0 or self.size < 0
        return self.items <= 0 or self.size < 0


def encode(obj, text):
    """(value, truncated): the protocol's form of an object whose ``repr`` is known, and whether it leaves something out."""
    kind = type(obj)
    if obj is None or kind is bool:
        return obj, False
    if kind is int and -_SAFE <= obj <= _SAFE:
        return obj, False
    budget = _Budget(obj, text)
    try:
        value = _encode(obj, budget, 0)
    except KeyboardInterrupt:
        raise
    except BaseException:
        value = _unrepresentable(obj, budget)
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
        return _left_out(qualname(kind), budget)
    if kind in (bytes, bytearray):
        return _bytes(obj, budget)
    if kind is complex:
        return {"$type": "complex", "real": _float(obj.real), "imag": _float(obj.imag)}
    container = _CONTAINERS.get(kind)
    if container is None:
        return _other(obj, kind, budget)
    if id(obj) in budget.parents:
        return _unrepresentable(obj, budget)
    budget.parents.add(id(obj))
    try:
        return container(obj, budget, depth)
    finally:
        budget.parents.discard(id(obj))


def _list(obj, budget, depth):
    items = []
    for item in obj:
        if budget.is_spent():
            break
        budget.items -= 1
        items.append(_encode(item, budget, depth + 1))
    return items


def _tagged(tag):
    def container(obj, budget, depth):
        return {"$type": tag, "items": _list(obj, budget, depth + 1)}

    return container


def _dict(obj, budget, depth):
    # Keys behind those that fit do not matter, and there may be millions.
    if not all(type(key) is str and key[:1] != "$" and _is_text(key) for key in islice(obj, MAX_ITEMS)):
        return {"$type": "dict", "items": _pairs(obj, budget, depth + 3)}
    result = {}
    for key, value in obj.items():
        budget.size -= len(key)
        if budget.is_spent():
            break
        budget.items -= 1
        result[key] = _encode(value, budget, depth + 1)
    return result


def _pairs(obj, budget, depth):
    pairs = []
    for key, value in obj.items():
        if budget.is_spent():
            break
        budget.items -= 2
        pairs.append([_encode(key, budget, depth), _encode(value, budget, depth)])
    return pairs


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
    digits = n.bit_length() // 3
    if digits > budget.size:
        return _left_out("int", budget)
    budget.size -= digits
    if n.bit_length() > 40_000:  # decimal conversion is quadratic, and bounded by Python itself
        return {"$type": "bigint", "value": hex(n)}
    try:
        return {"$type": "bigint", "value": str(n)}
    except ValueError:  # sys.set_int_max_str_digits
        return {"$type": "bigint", "value": hex(n)}


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
    if len(text) > budget.code_points:
        budget.truncated = True
        text = text[: budget.code_points]
    budget.code_points -= len(text)
    return {"$type": "string", "codePoints": [ord(char) for char in text]}


def _bytes(data, budget):
    from binascii import b2a_base64

    if len(data) > budget.size:
        budget.truncated = True
        data = data[: max(0, budget.size)]
    budget.size -= len(data)
    return {"$type": "bytes", "base64": b2a_base64(bytes(data), newline=False).decode("ascii")}


def _other(obj, kind, budget):
    tag = (module(kind), qualname(kind))
    if tag not in _ATTRIBUTES:
        return _unrepresentable(obj, budget)
    try:
        value = {"$type": tag[1].lower(), **_ATTRIBUTES[tag](obj)}
    except KeyboardInterrupt:
        raise
    except BaseException:  # it only says that it is one
        return _unrepresentable(obj, budget)
    if not all(type(item) in (str, int) and _is_text(str(item)) for item in value.values()):
        return _unrepresentable(obj, budget)
    budget.size -= sum(len(str(item)) for item in value.values())
    return value


def _iso(obj):
    return {"iso": obj.isoformat()}


def _str(obj):
    return {"value": str(obj)}


def _timedelta(obj):
    return {"days": obj.days, "seconds": obj.seconds, "microseconds": obj.microseconds}


_ATTRIBUTES = {
    ("datetime", "datetime"): _iso,
    ("datetime", "date"): _iso,
    ("datetime", "time"): _iso,
    ("datetime", "timedelta"): _timedelta,
    ("decimal", "Decimal"): _str,
    ("uuid", "UUID"): _str,
}


def _left_out(name, budget):
    budget.truncated = True
    return {"$type": "unrepresentable", "repr": "<%s, left out: too large>" % name}


def _unrepresentable(obj, budget):
    """What stands for anything else. Of the result itself the ``repr`` is known, and not asked for again."""
    kind = type(obj)
    text = cut(budget.text, MAX_REPR) if obj is budget.top else safe_repr(obj, MAX_REPR)
    budget.size -= len(text)
    return {"$type": "unrepresentable", "pythonType": "%s.%s" % (module(kind), qualname(kind)), "repr": text}
