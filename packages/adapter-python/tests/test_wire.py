"""The worker's side of the wire, against the golden bytes and at random. Standard library only, CPython 3.9 and newer."""

import json
import math
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "worker"))

from holdfast_worker import framing, msgpack  # noqa: E402

with open(os.path.join(HERE, "..", "..", "core", "protocol", "golden.json"), encoding="utf-8") as golden:
    GOLDEN = json.load(golden)


def from_json(value):
    if isinstance(value, dict):
        if list(value) == ["$bytes"]:
            return bytes.fromhex(value["$bytes"])
        return {name: from_json(item) for name, item in value.items()}
    return [from_json(item) for item in value] if isinstance(value, list) else value


class Golden(unittest.TestCase):
    def test_messages_are_read_as_what_they_were(self):
        for case in GOLDEN["messages"]:
            with self.subTest(case["name"]):
                self.assertEqual(msgpack.unpack(bytes.fromhex(case["msgpack"])), from_json(case["message"]))

    def test_messages_are_packed_to_the_same_bytes(self):
        for case in GOLDEN["messages"]:
            with self.subTest(case["name"]):
                # A double has other bytes than the integer of the same value, which JSON does not tell apart.
                packed = msgpack.pack(from_json(case["message"]))
                self.assertEqual(msgpack.unpack(packed), from_json(case["message"]))
                self.assertEqual(packed.hex(), case["msgpack"])

    def test_streams_are_read_over_any_split(self):
        for case in GOLDEN["streams"]:
            stream = bytes.fromhex(case["stream"])
            wanted = [msgpack.unpack(bytes.fromhex(message)) for message in case["messages"]]
            for size in (1, 2, 3, 5, 7, 16, len(stream)):
                with self.subTest(case["name"], size=size):
                    decoder = framing.MessageDecoder(case["maxFrameBytes"])
                    seen = []
                    for at in range(0, len(stream), size):
                        seen += decoder.feed(stream[at : at + size])
                    self.assertEqual(seen, wanted)

    def test_streams_are_written_as_they_are(self):
        for case in GOLDEN["streams"]:
            with self.subTest(case["name"]):
                messages = [msgpack.unpack(bytes.fromhex(message)) for message in case["messages"]]
                stream = b"".join(framing.encode_message(message, case["maxFrameBytes"]) for message in messages)
                self.assertEqual(stream.hex(), case["stream"])

    def test_invalid_messages_are_refused(self):
        for case in GOLDEN["invalidMessages"]:
            with self.subTest(case["name"]), self.assertRaises(msgpack.MsgpackError):
                msgpack.unpack(bytes.fromhex(case["msgpack"]))

    def test_invalid_streams_are_refused_and_stay_so(self):
        for case in GOLDEN["invalidStreams"]:
            with self.subTest(case["name"]):
                decoder = framing.MessageDecoder(case["maxFrameBytes"])
                with self.assertRaises(framing.FrameError):
                    decoder.feed(bytes.fromhex(case["stream"]))
                with self.assertRaises(framing.FrameError):
                    decoder.feed(framing.encode_message({"type": "ping"}))


class AtRandom(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("HOLDFAST_SEED", random.randrange(2**32)))
        self.random = random.Random(self.seed)

    def value(self, depth=0):
        kind = self.random.randrange(9 if depth < 4 else 7)
        if kind == 0:
            return None
        if kind == 1:
            return self.random.random() < 0.5
        if kind == 2:
            return self.random.randrange(-(2**53) + 1, 2**53) >> self.random.randrange(53)
        if kind == 3:
            return self.random.choice([0.5, -1e300, math.inf, -math.inf, 5e-324, -0.0])
        if kind in (4, 5):
            return "".join(chr(self.random.choice([65, 228, 8364, 127881])) for _ in range(self.random.randrange(40)))
        if kind == 6:
            return bytes(self.random.randrange(256) for _ in range(self.random.randrange(300)))
        if kind == 7:
            return [self.value(depth + 1) for _ in range(self.random.randrange(20))]
        return {"k%d" % index: self.value(depth + 1) for index in range(self.random.randrange(20))}

    def test_what_is_packed_is_unpacked_again(self):
        with self.subTest(seed=self.seed):
            for _ in range(500):
                value = self.value()
                self.assertEqual(msgpack.unpack(msgpack.pack(value)), value)

    def test_mutated_bytes_are_read_or_refused_and_nothing_else(self):
        with self.subTest(seed=self.seed):
            for _ in range(3000):
                data = bytearray(msgpack.pack(self.value()))
                for _ in range(self.random.randrange(1, 4)):
                    data[self.random.randrange(len(data))] = self.random.randrange(256)
                try:
                    msgpack.unpack(bytes(data))
                except msgpack.MsgpackError:
                    pass

    def test_mutated_streams_are_read_or_refused_and_nothing_else(self):
        with self.subTest(seed=self.seed):
            for _ in range(1000):
                data = bytearray(framing.encode_message({"type": "ping", "value": self.value()}, 64))
                data[self.random.randrange(len(data))] = self.random.randrange(256)
                decoder = framing.MessageDecoder(64)
                try:
                    for at in range(0, len(data), 13):
                        decoder.feed(bytes(data[at : at + 13]))
                except (framing.FrameError, msgpack.MsgpackError):
                    pass


class Bounds(unittest.TestCase):
    def test_nesting_deeper_than_64_is_not_sent(self):
        value = None
        for _ in range(65):
            value = [value]
        with self.assertRaises(msgpack.MsgpackError):
            msgpack.pack(value)

    def test_what_the_protocol_does_not_have_is_not_sent(self):
        for value in (2**53, -(2**53), {1: 2}, (1,), object(), {"a": set()}):
            with self.subTest(repr(value)[:40]), self.assertRaises(msgpack.MsgpackError):
                msgpack.pack(value)

    def test_a_million_small_items_are_refused_before_they_are_made(self):
        with self.assertRaises(msgpack.MsgpackError):
            msgpack.unpack(b"\xdd" + (1_000_001).to_bytes(4, "big") + b"\xc0" * 1_000_001)


if __name__ == "__main__":
    unittest.main()
