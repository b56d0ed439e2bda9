import { pythonRuntime } from "@holdfast/adapter-python";
import type { Worker, WorkerStartOptions } from "@holdfast/core";
import { buildRequest, expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });
afterAll(() => runtime.close?.());

const start: WorkerStartOptions = {
  sessionId: "checkpoint",
  env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8" },
  cwd: "/tmp",
  startTimeoutMs: 30_000,
};

async function run(worker: Worker, code: string): Promise<string> {
  let out = "";
  const execution = worker.execute(buildRequest({ code }), (event) => {
    if (event.type === "stdout") out += event.bytes.toString();
    if (event.type === "error") out += event.text;
    if (event.type === "result") out += event.repr;
  });
  await execution.ended;
  return out;
}

async function checkpoint(worker: Worker) {
  const pieces: Buffer[] = [];
  const report = await (worker.checkpoint?.(
    async (piece) => void pieces.push(Buffer.from(piece)),
  ) ?? expect.fail("no checkpoint()"));
  return { state: Buffer.concat(pieces), ...report };
}

async function* of(...pieces: Uint8Array[]) {
  yield* pieces;
}

/** What is defined, and what is asked of it after it was restored in another process, with the answer. */
const kept: readonly (readonly [title: string, code: string, look: string, answer: string])[] = [
  [
    "plain data",
    "x = {'a': [1, (2, {3}), b'\\0', 1j, None]}",
    "x",
    "{'a': [1, (2, {3}), b'\\x00', 1j, None]}",
  ],
  [
    "shared references across variables",
    "x = [1]; y = x; z = {'x': x}",
    "y is x, z['x'] is x",
    "(True, True)",
  ],
  [
    "cycles",
    "x = []; x.append(x); d = {'d': None}; d['d'] = d",
    "x[0] is x, d['d'] is d",
    "(True, True)",
  ],
  ["a function that uses a global", "n = 1\ndef f(): return n", "n = 5; f()", "5"],
  ["a function that sets a global", "def f():\n  global made\n  made = 7", "f(); made", "7"],
  [
    "defaults, keyword defaults and annotations",
    "def f(a: int, b=[1], *c, d={'k': 2}, **e) -> str: 'doc'; return a, b, c, d, e",
    "f(0), f.__annotations__, f.__doc__",
    "((0, [1], (), {'k': 2}, {}), {'a': <class 'int'>, 'return': <class 'str'>}, 'doc')",
  ],
  ["recursion", "def fact(n): return 1 if n < 2 else n * fact(n - 1)", "fact(10)", "3628800"],
  [
    "a closure that is shared",
    "def make():\n  n = 0\n  def up():\n    nonlocal n\n    n += 1\n    return n\n  def get(): return n\n  return up, get\nup, get = make(); up()",
    "up(), get()",
    "(2, 2)",
  ],
  [
    "a lambda and a partial",
    "import functools; f = functools.partial(lambda a, b: a - b, 10)",
    "f(3)",
    "7",
  ],
  [
    "a generator function, not a generator",
    "def g(): yield from range(3)",
    "list(g())",
    "[0, 1, 2]",
  ],
  [
    "an async function",
    "import asyncio\nasync def f(): await asyncio.sleep(0); return 1",
    "await f()",
    "1",
  ],
  [
    "a decorated function",
    "import functools\ndef deco(f):\n  @functools.wraps(f)\n  def inner(*a): return f(*a) + 1\n  return inner\n@deco\ndef f(x): return x",
    "f(1), f.__name__",
    "(2, 'f')",
  ],
  [
    "classes with inheritance, properties and class methods",
    "class A:\n  count = 0\n  def __init__(self, x): self.x = x; A.count += 1\n  @property\n  def double(self): return self.x * 2\n  @classmethod\n  def make(cls): return cls(9)\n  @staticmethod\n  def s(): return 's'\nclass B(A):\n  def __repr__(self): return f'B({self.x})'\n  def up(self): return super().double\na, b = A(1), B(2)",
    "b, b.up(), isinstance(b, A), B.make(), A.s(), a.double, A.count",
    "(B(2), 4, True, B(9), 's', 2, 3)",
  ],
  [
    "a dataclass",
    "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n  x: int\n  y: list = field(default_factory=list)\np = P(1)",
    "p, P(0) < p, P(3, [4])",
    "(P(x=1, y=[]), True, P(x=3, y=[4]))",
  ],
  [
    "an enum",
    "import enum\nclass Color(enum.Enum):\n  RED = 1\n  BLUE = 2\nc = Color.RED",
    "c, c is Color.RED, list(Color)",
    "(<Color.RED: 1>, True, [<Color.RED: 1>, <Color.BLUE: 2>])",
  ],
  [
    "slots",
    "class S:\n  __slots__ = ('a',)\ns = S(); s.a = 3",
    "s.a, hasattr(s, '__dict__')",
    "(3, False)",
  ],
  [
    "an exception class",
    "class E(ValueError): pass\ne = E('no')",
    "e, isinstance(e, ValueError)",
    "(E('no'), True)",
  ],
  [
    "a named tuple",
    "from collections import namedtuple, Counter, defaultdict\nP = namedtuple('P', 'x y'); p = P(1, 2); c = Counter('aab'); d = defaultdict(list, a=[1])",
    "p, c, d['b']",
    "(P(x=1, y=2), Counter({'a': 2, 'b': 1}), [])",
  ],
  [
    "modules by name",
    "import math as m, os.path; from json import dumps",
    "m.pi > 3, os.path.sep, dumps([1])",
    "(True, '/', '[1]')",
  ],
  [
    "an abstract class",
    "import abc\nclass A(abc.ABC):\n  @abc.abstractmethod\n  def f(self): ...\nclass B(A):\n  def f(self): return 1",
    "B().f(), A.__abstractmethods__",
    "(1, frozenset({'f'}))",
  ],
  [
    "regular expressions, dates and decimals",
    "import re, datetime, decimal; r = re.compile('a+'); d = datetime.date(2020, 1, 2); n = decimal.Decimal('1.5')",
    "r.match('aa')[0], d, n",
    "('aa', datetime.date(2020, 1, 2), Decimal('1.5'))",
  ],
  [
    "a future statement",
    "from __future__ import annotations",
    "def f(x: Nonesuch): pass\nf.__annotations__",
    "{'x': 'Nonesuch'}",
  ],
  ["the last results", "40 + 2", "_", "42"],
  [
    "source of functions",
    "def f():\n  return 'a line'",
    "import inspect; inspect.getsource(f)",
    "\"def f():\\n  return 'a line'\\n\"",
  ],
  [
    "the environment, the directory and the path",
    "import os, sys; os.environ['X'] = '1'; os.chdir('/usr'); sys.path.append('/opt/x')",
    "import os, sys; os.environ['X'], os.getcwd(), '/opt/x' in sys.path",
    "('1', '/usr', True)",
  ],
];

describe("a checkpoint of Python", () => {
  it.each(kept)("keeps %s [R7.1] [D13] [S0-12] [S0-13] [S0-15]", async (_, code, look, answer) => {
    await using worker = await runtime.start(start);
    await run(worker, code);
    const { state, skipped, format } = await checkpoint(worker);
    expect([skipped, format]).toEqual([[], "python"]);
    await using other = await runtime.start({ ...start, cwd: "/" });
    await run(other, "stale = 1");
    expect(await other.restore?.(of(state.subarray(0, 5), state.subarray(5)))).toEqual({
      skipped: [],
    });
    expect(await run(other, look)).toBe(answer);
    expect(await run(other, "'stale' in globals(), __name__")).toBe("(False, '__main__')");
    expect(await run(worker, look)).toBe(answer); // which goes on as it was
  });

  const left: readonly (readonly [title: string, code: string, name: string, reason: RegExp])[] = [
    ["an open file", "x = open('/dev/null')", "x", /open file/],
    ["a socket", "import socket; x = socket.socket()", "x", /socket/],
    ["a thread", "import threading; x = threading.Thread()", "x", /thread/],
    ["a lock", "import threading; x = threading.Lock()", "x", /lock/],
    ["a generator", "x = (i for i in [1])", "x", /generator/],
    ["a task", "import asyncio\nx = asyncio.get_event_loop().create_future()", "x", /future|task/],
    ["what holds one", "x = {'deep': [open('/dev/null')]}", "x", /it holds an open file/],
    [
      "an object that does not want to",
      "class A:\n  def __reduce__(self): raise TypeError('never')\nx = A()",
      "x",
      /TypeError: never/,
    ],
    [
      "an object that is no good",
      "class A:\n  def __reduce__(self): return 5\nx = A()",
      "x",
      /must|return/,
    ],
    ["a view of memory", "x = memoryview(b'abc')", "x", /memoryview/],
  ];
  it.each(left)(
    "leaves out %s, says so, and keeps the rest [R7.1]",
    async (_, code, name, reason) => {
      await using worker = await runtime.start(start);
      await run(worker, `rest = [1]\n${code}\nalso = rest`);
      const { state, skipped } = await checkpoint(worker);
      expect(skipped).toEqual([{ name, reason: expect.stringMatching(reason) }]);
      await using other = await runtime.start(start);
      await other.restore?.(of(state));
      expect(await run(other, `also is rest, also, '${name}' in globals()`)).toBe(
        "(True, [1], False)",
      );
    },
  );

  it("of 200 MB passes both ways in pieces [R1.5]", { timeout: 60_000 }, async () => {
    await using worker = await runtime.start(start);
    await run(worker, "x = bytearray(200_000_000); x[::4096] = b'y' * len(x[::4096]); y = x");
    await using other = await runtime.start(start);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    let largest = 0;
    const restoring = other.restore?.(readable);
    await worker.checkpoint?.(async (piece) => {
      largest = Math.max(largest, piece.length);
      await writer.write(Buffer.from(piece));
    });
    await writer.close();
    await restoring;
    expect(await run(other, "len(x), x[4096], y is x")).toBe("(200000000, 121, True)");
    expect(largest).toBeLessThan(2_000_000);
  });

  const damage: readonly (readonly [string, (state: Buffer) => Buffer])[] = [
    ["is empty", () => Buffer.alloc(0)],
    ["is something else", () => Buffer.from("holdfast bash state")],
    ["is cut short by a byte", (state) => state.subarray(0, -1)],
    ["is cut in the middle", (state) => state.subarray(0, state.length >> 1)],
    ["has a bit flipped", (state) => flipped(state, state.length >> 1)],
    ["has a bit flipped at the end", (state) => flipped(state, state.length - 2)],
    ["goes on behind its end", (state) => Buffer.concat([state, Buffer.from("x")])],
  ];
  it.each(damage)(
    "that %s is refused, and the session is as before [R7.3] [A39]",
    async (_, change) => {
      await using worker = await runtime.start(start);
      await run(worker, "x = [1]");
      const { state } = await checkpoint(worker);
      await run(worker, "x.append(2); kept = x");
      await expect(worker.restore?.(of(change(state)))).rejects.toMatchObject({
        code: "checkpoint_invalid",
      });
      expect(await run(worker, "x, kept is x")).toBe("([1, 2], True)");
    },
  );

  it("that fails as it is restored leaves the session as before, and runs in the worker only [A42] [D13]", async () => {
    await using worker = await runtime.start(start);
    await run(
      worker,
      "import os\ndef fail(): raise OSError(os.getpid(), helper())\ndef helper(): return 1\nclass A:\n  def __reduce__(self): return fail, ()\nx = A()",
    );
    const { state, skipped } = await checkpoint(worker);
    expect(skipped).toEqual([]);
    await using other = await runtime.start(start);
    await run(other, "mine = 1");
    await expect(other.restore?.(of(state))).rejects.toMatchObject({
      code: "checkpoint_invalid",
      message: expect.stringContaining(`OSError: [Errno ${other.pid}] 1`),
    });
    expect(await run(other, "mine")).toBe("1");
  });

  it("leaves nothing behind [R2.7]", async () => {
    const before = holdings();
    {
      await using worker = await runtime.start(start);
      for (let i = 0; i < 5; i++) {
        const { state } = await checkpoint(worker);
        await worker.restore?.(of(state));
      }
    }
    await expectNoLeaks(before);
  });
});

function flipped(state: Buffer, at: number): Buffer {
  const copy = Buffer.from(state);
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}
