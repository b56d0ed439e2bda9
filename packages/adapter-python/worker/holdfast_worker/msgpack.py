"""msgpack of the protocol: None, bool, int, float, str, bytes, list and dict with text keys, and nothing else.

``unpack`` takes no extension, no 0xc1, no nesting deeper than 64, no length that its bytes do not cover, no key twice and
nothing after the value.
"""

import struct

MAX_DEPTH = 64
MAX_ITEMS = 1_000_000

_F64 = struct.Struct(">Bd").pack
_U16 = struct.Struct(">BH").pack
_U32 = struct.Struct(">BI").pack
_U64 = struct.Struct(">BQ").pack
_I16 = struct.Struct(">Bh").pack
_I32 = struct.Struct(">Bi").pack
_I64 = struct.Struct(">Bq").pack
_BYTE = [bytes((n,)) for n in range(256)]

_read_u16 = struct.Struct(">H").unpack_from
_read_u32 = struct.Struct(">I").unpack_from
_read_u64 = struct.Struct(">Q").unpack_from
_read_i16 = struct.Struct(">h").unpack_from
_read_i32 = struct.Struct(">i").unpack_from
_read_i64 = struct.Struct(">q").unpack_from
_read_f32 = struct.Struct(">f").unpack_from
_read_f64 = struct.Struct(">d").unpack_from


class MsgpackError(ValueError):
    """The bytes are not one value of the protocol, or the object has no place in it."""


def pack(obj):
    """The bytes of a value. Raises MsgpackError for what the protocol does not have."""
    parts = []
    _pack(obj, parts.append, 0)
    return b"".join(parts)


def _pack(obj, put, depth):
    kind = type(obj)
    if kind is str:
        data = obj.encode("utf-8")
        size = len(data)
        if size < 32:
            put(_BYTE[0xA0 | size])
        elif size < 0x100:
            put(b"\xd9" + _BYTE[size])
        elif size < 0x10000:
            put(_U16(0xDA, size))
        else:
            put(_U32(0xDB, size))
        put(data)
    elif kind is dict:
        _check_depth(depth)
        size = len(obj)
        if size < 16:
            put(_BYTE[0x80 | size])
        elif size < 0x10000:
            put(_U16(0xDE, size))
        else:
            put(_U32(0xDF, size))
        for key, value in obj.items():
            if type(key) is not str:
                raise MsgpackError("a map key that is not text: %s" % type(key).__name__)
            _pack(key, put, depth)
            _pack(value, put, depth + 1)
    elif obj is None:
        put(b"\xc0")
    elif kind is bool:
        put(b"\xc3" if obj else b"\xc2")
    elif kind is int:
        put(_pack_int(obj))
    elif kind is float:
        put(_F64(0xCB, obj))
    elif kind is list:
        _check_depth(depth)
        size = len(obj)
        if size < 16:
            put(_BYTE[0x90 | size])
        elif size < 0x10000:
            put(_U16(0xDC, size))
        else:
            put(_U32(0xDD, size))
        for item in obj:
            _pack(item, put, depth + 1)
    elif kind in (bytes, bytearray, memoryview):
        size = obj.nbytes if kind is memoryview else len(obj)
        if size < 0x100:
            put(b"\xc4" + _BYTE[size])
        elif size < 0x10000:
            put(_U16(0xC5, size))
        else:
            put(_U32(0xC6, size))
        put(obj)
    else:
        raise MsgpackError("no place in the protocol for a %s" % kind.__name__)


def _check_depth(depth):
    if depth >= MAX_DEPTH:
        raise MsgpackError("nesting deeper than %d" % MAX_DEPTH)


def _pack_int(n):
    # As msgpackr does it, so that the golden bytes are the same on both sides.
    if 0 <= n:
        if n < 0x80:
            return _BYTE[n]
        if n < 0x100:
            return b"\xcc" + _BYTE[n]
        if n < 0x10000:
            return _U16(0xCD, n)
        if n < 0x100000000:
            return _U32(0xCE, n)
    else:
        if n >= -0x20:
            return _BYTE[n & 0xFF]
        if n >= -0x80:
            return b"\xd0" + _BYTE[n & 0xFF]
        if n >= -0x8000:
            return _I16(0xD1, n)
        if n >= -0x80000000:
            return _I32(0xD2, n)
    if -(2**53) < n < 2**53:
        return _F64(0xCB, n)
    raise MsgpackError("an integer beyond 2^53-1 is sent in its tagged form")


def unpack(data):
    """The one value that these bytes are. Raises MsgpackError."""
    try:
        value, end = _unpack(data, 0, 0, [MAX_ITEMS])
    except (struct.error, IndexError) as error:
        raise MsgpackError("the value is cut short") from error
    except UnicodeDecodeError as error:
        raise MsgpackError("text that is not UTF-8") from error
    if end != len(data):
        raise MsgpackError("%d bytes after the end of the value" % (len(data) - end))
    return value


def _unpack(data, at, depth, left):
    head = data[at]
    at += 1
    if head < 0x80:
        return head, at
    if head >= 0xE0:
        return head - 0x100, at
    if head < 0x90:
        return _unpack_map(data, at, head & 0x0F, depth, left)
    if head < 0xA0:
        return _unpack_array(data, at, head & 0x0F, depth, left)
    if head < 0xC0:
        return _text(data, at, head & 0x1F)
    if head == 0xC0:
        return None, at
    if head == 0xC2:
        return False, at
    if head == 0xC3:
        return True, at
    if head == 0xC4:
        return _bytes(data, at + 1, data[at])
    if head == 0xC5:
        return _bytes(data, at + 2, _read_u16(data, at)[0])
    if head == 0xC6:
        return _bytes(data, at + 4, _read_u32(data, at)[0])
    if head == 0xCA:
        return _read_f32(data, at)[0], at + 4
    if head == 0xCB:
        return _read_f64(data, at)[0], at + 8
    if head == 0xCC:
        return data[at], at + 1
    if head == 0xCD:
        return _read_u16(data, at)[0], at + 2
    if head == 0xCE:
        return _read_u32(data, at)[0], at + 4
    if head == 0xCF:
        return _read_u64(data, at)[0], at + 8
    if head == 0xD0:
        return (data[at] ^ 0x80) - 0x80, at + 1
    if head == 0xD1:
        return _read_i16(data, at)[0], at + 2
    if head == 0xD2:
        return _read_i32(data, at)[0], at + 4
    if head == 0xD3:
        return _read_i64(data, at)[0], at + 8
    if head == 0xD9:
        return _text(data, at + 1, data[at])
    if head == 0xDA:
        return _text(data, at + 2, _read_u16(data, at)[0])
    if head == 0xDB:
        return _text(data, at + 4, _read_u32(data, at)[0])
    if head == 0xDC:
        return _unpack_array(data, at + 2, _read_u16(data, at)[0], depth, left)
    if head == 0xDD:
        return _unpack_array(data, at + 4, _read_u32(data, at)[0], depth, left)
    if head == 0xDE:
        return _unpack_map(data, at + 2, _read_u16(data, at)[0], depth, left)
    if head == 0xDF:
        return _unpack_map(data, at + 4, _read_u32(data, at)[0], depth, left)
    raise MsgpackError("type byte 0x%x (extensions and 0xc1 are not allowed)" % head)


def _enter(data, at, items, depth, left):
    _check_depth(depth)
    # Each item takes at least one byte, so a count that is larger than what is left is a lie.
    if items > len(data) - at:
        raise MsgpackError("a count of %d items, %d bytes left" % (items, len(data) - at))
    left[0] -= items
    if left[0] < 0:
        raise MsgpackError("too many items")


def _unpack_array(data, at, count, depth, left):
    _enter(data, at, count, depth, left)
    items = []
    for _ in range(count):
        item, at = _unpack(data, at, depth + 1, left)
        items.append(item)
    return items, at


def _unpack_map(data, at, count, depth, left):
    _enter(data, at, count * 2, depth, left)
    result = {}
    for _ in range(count):
        key, at = _unpack(data, at, depth + 1, left)
        if type(key) is not str:
            raise MsgpackError("a map key that is not text")
        if key in result:
            raise MsgpackError("key %r stands twice in a map" % key)
        result[key], at = _unpack(data, at, depth + 1, left)
    return result, at


def _bytes(data, at, size):
    end = at + size
    if end > len(data):
        raise MsgpackError("a length of %d bytes, %d left" % (size, len(data) - at))
    return bytes(data[at:end]), end


def _text(data, at, size):
    raw, end = _bytes(data, at, size)
    return raw.decode("utf-8"), end
