"""Frames of the protocol: uint32 big-endian payload length, one byte of flags, payload. See docs/protocol.md."""

import struct

from . import msgpack

DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024
DEFAULT_MAX_MESSAGE_BYTES = 256 * 1024 * 1024
FLAG_MORE = 1

_HEADER = struct.Struct(">IB")


class FrameError(ValueError):
    """The stream is not one of frames; nothing after it can be trusted."""


def encode_message(message, max_frame_bytes=DEFAULT_MAX_FRAME_BYTES):
    """The bytes of one message, in as many frames as it takes. Raises MsgpackError, FrameError if it is too large."""
    body = msgpack.pack(message)
    size = len(body)
    if size > DEFAULT_MAX_MESSAGE_BYTES:
        raise FrameError("message: limit %d bytes, received %d" % (DEFAULT_MAX_MESSAGE_BYTES, size))
    if size <= max_frame_bytes:
        return _HEADER.pack(size, 0) + body
    frames = []
    for start in range(0, size, max_frame_bytes):
        payload = body[start : start + max_frame_bytes]
        frames.append(_HEADER.pack(len(payload), FLAG_MORE if start + max_frame_bytes < size else 0))
        frames.append(payload)
    return b"".join(frames)


class MessageDecoder:
    """Turns any split of a stream of bytes into messages. Once broken it stays broken."""

    def __init__(self, max_frame_bytes=DEFAULT_MAX_FRAME_BYTES, max_message_bytes=DEFAULT_MAX_MESSAGE_BYTES):
        self.max_frame_bytes = max_frame_bytes
        self._max_message_bytes = max_message_bytes
        self._buffer = bytearray()
        self._message = bytearray()
        self._error = None

    def feed(self, data):
        """The messages that this chunk completes. Raises FrameError or MsgpackError, the same again from then on."""
        if self._error is not None:
            raise self._error
        try:
            return self._feed(data)
        except ValueError as error:
            self._error = error
            raise

    def _feed(self, data):
        buffer = self._buffer
        buffer += data
        messages = []
        at = 0
        while len(buffer) - at >= 5:
            size, flags = _HEADER.unpack_from(buffer, at)
            self._check(size, flags)
            end = at + 5 + size
            if len(buffer) < end:
                break
            payload = bytes(memoryview(buffer)[at + 5 : end])
            at = end
            if flags or self._message:
                self._message += payload
                if flags:
                    continue
                payload = bytes(self._message)
                self._message = bytearray()
            message = msgpack.unpack(payload)
            if type(message) is not dict or type(message.get("type")) is not str:
                raise FrameError("a message without a type")
            messages.append(message)
        if at:
            del buffer[:at]
        return messages

    def _check(self, size, flags):
        if flags & ~FLAG_MORE:
            raise FrameError("frame: flags 0x%x, known is 0x1" % flags)
        if flags and not size:
            raise FrameError("frame: it is empty and says that more follows")
        if size > self.max_frame_bytes:
            raise FrameError("frame: limit %d bytes, received %d" % (self.max_frame_bytes, size))
        total = len(self._message) + size
        if total > self._max_message_bytes:
            raise FrameError("message: limit %d bytes, received %d" % (self._max_message_bytes, total))
