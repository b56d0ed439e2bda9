"""The bytes of a checkpoint: a mark, then chunks, each with its length and a checksum over all that came before it.

    "HOLDFAST-PY\\x01" | uint32 length | uint32 CRC-32 | bytes ... | uint32 0 | uint32 CRC-32

Whatever was damaged or cut short is noticed before it is unpickled. The checksum is against accidents: that nobody has made
the bytes up is for the host to know.
"""

import os
from binascii import crc32
from struct import Struct

MARK = b"HOLDFAST-PY\x01"
_MAX_CHUNK = 1 << 20
_HEADER = Struct(">II")


class CheckpointInvalid(ValueError):
    """The bytes are not a checkpoint that can be restored here; the text says why."""


class ChunkWriter:
    """A file for pickles. Holds back at most one chunk; what is larger is passed on in pieces without a copy."""

    def __init__(self, fd):
        self._fd = fd
        self._buffer = bytearray()
        self._crc = crc32(MARK)
        _write_all(fd, MARK)

    def write(self, data):
        view = data.raw() if hasattr(data, "raw") else memoryview(data).cast("B")
        size = len(view)
        if len(self._buffer) + size > _MAX_CHUNK:
            self.flush()
            for start in range(0, size, _MAX_CHUNK):
                self._put(view[start : start + _MAX_CHUNK])
        else:
            self._buffer += view
        return size

    def flush(self):
        if self._buffer:
            self._put(self._buffer)
            self._buffer = bytearray()

    def finish(self):
        self.flush()
        _write_all(self._fd, _HEADER.pack(0, self._crc))

    def _put(self, data):
        self._crc = crc32(data, self._crc)
        _write_all(self._fd, _HEADER.pack(len(data), self._crc))
        _write_all(self._fd, data)


class ChunkReader:
    """A file of pickles that gives out only what was checked. Raises CheckpointInvalid."""

    def __init__(self, fd):
        self._fd = fd
        self._chunk = memoryview(b"")
        self._crc = crc32(MARK)
        self._has_ended = False
        if self._take(len(MARK)) != MARK:
            raise CheckpointInvalid("it does not begin as a checkpoint of Python")

    def readinto(self, target):
        view = memoryview(target).cast("B")
        at = 0
        while at < len(view) and self._fill():
            part = self._chunk[: len(view) - at]
            view[at : at + len(part)] = part
            self._chunk = self._chunk[len(part) :]
            at += len(part)
        return at

    def read(self, size=-1):
        data = bytearray()
        while (size < 0 or len(data) < size) and self._fill():
            part = self._chunk if size < 0 else self._chunk[: size - len(data)]
            data += part
            self._chunk = self._chunk[len(part) :]
        return bytes(data)

    def readline(self):
        line = bytearray()
        while not line.endswith(b"\n") and self._fill():
            line += self._chunk[:1]
            self._chunk = self._chunk[1:]
        return bytes(line)

    def check_end(self):
        """That everything was read, and nothing comes after it."""
        if self._fill():
            raise CheckpointInvalid("there is more in it than it says")
        if os.read(self._fd, 1):
            raise CheckpointInvalid("something comes after its end")

    def _fill(self):
        """Whether there is a byte to give out."""
        if self._chunk or self._has_ended:
            return bool(self._chunk)
        size, crc = _HEADER.unpack(self._take(_HEADER.size))
        if size > _MAX_CHUNK:
            raise CheckpointInvalid("it is damaged")
        data = self._take(size)
        self._crc = crc32(data, self._crc)
        if crc != self._crc:
            raise CheckpointInvalid("it is damaged")
        self._has_ended = not size
        self._chunk = memoryview(data)
        return bool(size)

    def _take(self, size):
        data = bytearray(size)
        view, at = memoryview(data), 0
        while at < size:
            count = os.readv(self._fd, [view[at:]])
            if not count:
                raise CheckpointInvalid("it is cut short")
            at += count
        return data


def _write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
