"""The message channel to the session: one descriptor, no thread of our own, any number of threads that wait for replies.

One waiter at a time reads (the leader); what it gets is sorted, then it steps down and wakes the others.
"""

import os
from _thread import allocate_lock, get_ident
from select import POLLIN, poll

from . import framing
from .gate import defers, gate

_READ_BYTES = 1 << 16


class ChannelClosed(Exception):
    """The other end is gone, or we are a fork that must not use the channel."""


class Channel:
    def __init__(self, fd):
        self.open(fd)

    def open(self, fd):
        """Starts afresh on a descriptor, as the child of a fork does on one of its own."""
        self.fd = fd
        self._decoder = framing.MessageDecoder()
        self._max_frame_bytes = framing.DEFAULT_MAX_FRAME_BYTES
        self._write_lock = allocate_lock()
        self._mutex = allocate_lock()
        self._has_leader = False
        self._followers = []
        self._controls = []
        self._expected = set()
        self._replies = {}
        self._poll = poll()
        self._poll.register(fd, POLLIN)

    def limit_frames(self, max_frame_bytes):
        """Sets what the two sides have agreed on, before which only small messages are sent."""
        self._max_frame_bytes = self._decoder.max_frame_bytes = max_frame_bytes

    def send(self, *messages):
        """Sends messages in one write. From user code only under ``gate.shield``: a torn message ends the worker.

        Raises ValueError, with nothing sent, for a message that the protocol cannot hold.
        """
        if self.fd < 0:
            raise ChannelClosed
        data = b"".join([framing.encode_message(message, self._max_frame_bytes) for message in messages])
        with self._write_lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self.fd, view) :]

    def abandon(self):
        """For the child after a fork: other threads may hold the locks for ever, so they are never taken again."""
        fd, self.fd = self.fd, -1
        try:
            os.close(fd)
        except OSError:
            pass

    def take_interrupt(self, execution_id):
        """Whether the session has sent an interrupt for this execution already."""
        self._read_what_is_there()
        for index, message in enumerate(self._controls):
            if message["type"] == "interrupt":
                del self._controls[index]
                return message["executionId"] == execution_id
        return False

    @defers
    def wait(self, key=None, block=None):
        """Waits for the reply with this request id, or for a control message. Signal handlers run meanwhile.

        ``block`` replaces the wait for the descriptor (an event loop waits in its own way) and may return early.
        """
        if key is not None:
            self._expected.add(key)
        try:
            while True:
                if self.fd < 0:
                    raise ChannelClosed
                follower = None
                with self._mutex:
                    message = self._take(key)
                    if message is not None:
                        return message
                    if self._has_leader:
                        follower = allocate_lock()
                        follower.acquire()
                        self._followers.append(follower)
                    else:
                        self._has_leader = True
                if follower is not None:
                    gate.open(follower.acquire)
                    continue
                try:
                    gate.open(block or self._poll.poll)
                    if block is None or self._poll.poll(0):
                        self._read()
                finally:
                    self._step_down()
        finally:
            if get_ident() == gate.main:
                gate.is_own = True
            self._expected.discard(key)
            self._replies.pop(key, None)

    def _read_what_is_there(self):
        with self._mutex:
            if self._has_leader:
                return
            self._has_leader = True
        try:
            while self._poll.poll(0):
                self._read()
        finally:
            self._step_down()

    def _step_down(self):
        if get_ident() == gate.main:
            gate.is_own = True
        with self._mutex:
            self._has_leader = False
            followers, self._followers = self._followers, []
        for follower in followers:
            follower.release()

    def _take(self, key):
        if key is not None:
            return self._replies.pop(key, None)
        return self._controls.pop(0) if self._controls else None

    def _read(self):
        try:
            data = os.read(self.fd, _READ_BYTES)
        except ConnectionError:
            data = b""
        if not data:
            raise ChannelClosed
        for message in self._decoder.feed(data):
            if message["type"] not in ("ack", "input_reply"):
                self._controls.append(message)
            elif message["requestId"] in self._expected:
                self._replies[message["requestId"]] = message
