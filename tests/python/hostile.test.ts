import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { type Ran, eventOf, openSession } from "../support/session-run.ts";

const executable = process.env["HOLDFAST_TEST_PYTHON"] ?? "python3";
const runtime = pythonRuntime({ executable });

type Expected = Partial<Omit<Ran, "result">> & { readonly result?: unknown };
type Case = readonly [name: string, code: string, expected: Expected];

const failed = (name: string, message: unknown): Expected => ({
  status: "error",
  error: expect.objectContaining({ name, message }),
});
const undescribed: unknown = expect.stringContaining("could not be described");

const errors: readonly Case[] = [
  [
    "a file whose name is not UTF-8",
    String.raw`exec(compile('1/0', '/tmp/\udcff.py', 'exec'))`,
    failed("ZeroDivisionError", "division by zero"),
  ],
  [
    "a function and a line with lone surrogates",
    String.raw`c = compile('def f(): 1/0\nf()', '\ud800', 'exec')
import linecache; linecache.cache['\ud800'] = (1, None, ['\ud801\n', '\ud802\n'], '\ud800')
exec(c)`,
    failed("ZeroDivisionError", expect.stringContaining("division by zero")),
  ],
  [
    "__qualname__ with a lone surrogate",
    String.raw`raise type('E', (Exception,), {'__qualname__': '\ud800'})('x')`,
    failed(String.raw`\ud800`, "x"),
  ],
  [
    "__module__ with a lone surrogate",
    String.raw`raise type('E', (Exception,), {'__module__': '\ud800'})('x')`,
    failed(String.raw`\ud800.E`, "x"),
  ],
  [
    "__module__ that is no text",
    "raise type('E', (Exception,), {'__module__': 3})('x')",
    failed("<unknown>.E", "x"),
  ],
  [
    "names of a subclass of str that raises",
    `class S(str):
  def __str__(self): raise KeyboardInterrupt
  __format__ = encode = __len__ = __getitem__ = __str__
raise type('E', (Exception,), {'__module__': S('m'), '__qualname__': S('q')})('x')`,
    failed("m.q", "x"),
  ],
  [
    "a metaclass that raises for every attribute",
    `class M(type):
  def __getattribute__(self, name): raise KeyboardInterrupt(name)
class E(Exception, metaclass=M): pass
raise E('x')`,
    failed("E", undescribed),
  ],
  [
    "a file name of a subclass of str that raises",
    `class S(str):
  def startswith(self, *a): raise KeyboardInterrupt
exec(compile('1/0', 'x', 'exec').replace(co_filename=S('y')))`,
    failed("ZeroDivisionError", expect.any(String)),
  ],
  ...[
    ["raises", "raise ValueError"],
    ["exits", "raise SystemExit(4)"],
    ["interrupts", "raise KeyboardInterrupt"],
    ["answers a number", "return 5"],
    ["recurses", "return str(self)"],
  ].map(([name, body]): Case => [
    `__str__ that ${name}`,
    `class E(Exception):\n  def __str__(self): ${body}\nraise E('x')`,
    // The second is what CPython 3.9 and 3.10 have in their traceback module.
    failed("E", expect.stringMatching(/<exception str\(\) failed>|<unprintable E object>/)),
  ]),
  [
    "__class__ that exits",
    "class E(Exception):\n  __class__ = property(lambda self: exit(3))\nraise E('x')",
    failed("E", expect.any(String)),
  ],
  [
    "every attribute that interrupts",
    "class E(Exception):\n  def __getattribute__(self, name): raise KeyboardInterrupt\nraise E('x')",
    failed("E", undescribed),
  ],
  [
    "a traceback and causes that raise",
    `class E(Exception):
  __traceback__ = __cause__ = __context__ = property(lambda self: 1/0)
  def with_traceback(self, trace): raise SystemExit(5)
raise E('x')`,
    failed("E", undescribed),
  ],
  [
    "__eq__ and __hash__ that interrupt",
    `class E(Exception):
  def __eq__(self, other): raise KeyboardInterrupt
  def __hash__(self): raise KeyboardInterrupt
try: raise E('a')
except E: raise E('b')`,
    failed("E", "b"),
  ],
  [
    "a SyntaxError of nonsense",
    "e = SyntaxError('x')\ne.filename = 3; e.lineno = 'abc'; e.text = object(); e.offset = []\nraise e",
    failed("SyntaxError", expect.any(String)),
  ],
  [
    "a SyntaxError in a line beyond all",
    "e = SyntaxError('x')\ne.filename = 'f'; e.lineno = 10**30\nraise e",
    failed("SyntaxError", expect.any(String)),
  ],
  [
    "a SyntaxError with lone surrogates",
    String.raw`raise SyntaxError('x', ('\udcff', 1, 1, '\ud800'))`,
    failed("SyntaxError", String.raw`x (\udcff, line 1)`),
  ],
  [
    "a traceback module that is gone",
    "import sys\nsys.modules['traceback'] = None\n1/0",
    failed("ZeroDivisionError", undescribed),
  ],
  [
    "no modules at all",
    "import sys\nsys.modules.clear()\n1/0",
    failed("ZeroDivisionError", expect.stringContaining("division by zero")),
  ],
  [
    "builtins that are gone",
    "import builtins as b\nb.type = b.str = b.len = b.isinstance = b.repr = b.BaseException = None\n1/0",
    failed("ZeroDivisionError", undescribed),
  ],
  [
    "a line cache that is gone",
    "import linecache\nlinecache.cache = None\n1/0",
    failed("ZeroDivisionError", "division by zero"),
  ],
  [
    "a low limit of recursion",
    "import sys; sys.setrecursionlimit(60)\ndef f(): f()\nf()",
    failed("RecursionError", expect.stringContaining("maximum recursion depth")),
  ],
  [
    "a message of 40 MB",
    "raise Exception('x' * 40_000_000)",
    failed("Exception", expect.stringMatching(/ \(40000000 characters in all\)$/)),
  ],
  [
    "a hook that exits",
    "import sys\nsys.excepthook = lambda *a: sys.exit(3)\n1/0",
    failed("ZeroDivisionError", "division by zero"),
  ],
];

const is = (repr: unknown, value: unknown = expect.anything()): Expected => ({
  status: "ok",
  result: expect.objectContaining({ repr, value }),
});
const withoutRepr = (type: string, reason: string) =>
  is(expect.stringMatching(new RegExp(`^<${type} object at 0x[0-9a-f]+: its repr ${reason}>$`)), {
    $type: "unrepresentable",
    pythonType: `__main__.${type}`,
    repr: expect.stringContaining(reason),
  });
const cut = (value: unknown = expect.anything()): Expected => ({
  status: "ok",
  result: expect.objectContaining({ valueTruncated: true, value }),
});

const results: readonly Case[] = [
  [
    "__qualname__ with a lone surrogate",
    String.raw`type('A', (), {'__qualname__': '\ud800'})()`,
    is(expect.stringContaining(String.raw`__main__.\ud800 object`)),
  ],
  [
    "__module__ with a lone surrogate",
    String.raw`type('A', (), {'__module__': '\ud800'})()`,
    is(expect.stringContaining(String.raw`\ud800.A object`)),
  ],
  ["__module__ that is no text", "type('A', (), {'__module__': 3})()", is(expect.any(String))],
  [
    "a metaclass that exits for every attribute",
    `class M(type):
  def __getattribute__(self, name): raise SystemExit(9)
class A(metaclass=M): pass
A()`,
    is(expect.stringContaining("__main__.A object")),
  ],
  [
    "a metaclass whose hash raises",
    `class M(type):
  def __hash__(self): raise SystemExit(9)
class A(metaclass=M): pass
A(), 1`,
    is(expect.stringContaining("__main__.A object")),
  ],
  ...[
    ["raised ValueError", "raise ValueError"],
    ["raised SystemExit", "import sys; sys.exit(4)"],
    ["raised TypeError", "return 5"],
    ["raised RecursionError", "return repr(self)"],
    ["is empty", "return ''"],
  ].map(([reason, body]): Case => [
    `__repr__ that ${reason}`,
    `class A:\n  def __repr__(self): ${body}\nA()`,
    withoutRepr("A", reason as string),
  ]),
  [
    "__repr__ that interrupts",
    "class A:\n  def __repr__(self): raise KeyboardInterrupt\nA()",
    { status: "interrupted" },
  ],
  [
    "a repr of a subclass of str that raises",
    `class S(str):
  def encode(self, *a): raise KeyboardInterrupt
  __len__ = __bool__ = __getitem__ = encode
class A:
  def __repr__(self): return S('hi')
A()`,
    is("hi"),
  ],
  [
    "__class__ that exits",
    "class A:\n  __class__ = property(lambda self: exit(3))\nA()",
    is(expect.stringContaining("A object")),
  ],
  [
    "__getattr__ that exits",
    "class A:\n  def __getattr__(self, name): raise SystemExit(3)\nA()",
    is(expect.stringContaining("A object")),
  ],
  [
    "__getattribute__ that raises",
    "class A:\n  def __getattribute__(self, name): raise BaseException\nA()",
    is(expect.stringContaining("A object")),
  ],
  [
    "__eq__ and __bool__ that raise, and no hash",
    `class A:
  def __eq__(self, other): raise KeyboardInterrupt
  def __bool__(self): raise SystemExit(3)
  __hash__ = None
A()`,
    is(expect.stringContaining("A object")),
  ],
  [
    "_repr_html_ that exits, _repr_png_ with text, a bundle of nonsense",
    String.raw`class A:
  def __repr__(self): return 'A'
  def _repr_html_(self): raise SystemExit(3)
  def _repr_png_(self): return 'not base64 \ud800'
  def _repr_mimebundle_(self, **options): return {'text/latex': '\ud800', 5: b'x', '\ud800': object(), 'x/y': float('nan')}
A()`,
    is("A"),
  ],
  [
    "1.5 million lone surrogates",
    String.raw`'\ud800' * 1_500_000`,
    cut(expect.objectContaining({ $type: "string" })),
  ],
  ["a thousand texts with lone surrogates", String.raw`['\ud800' * 1000] * 1000`, cut()],
  ["dicts 40 deep", "d = 1\nfor _ in range(40): d = {1: d}\nd", cut()],
  ["tuples 100 deep", "d = 1\nfor _ in range(100): d = (d,)\nd", cut()],
  [
    "lists 40 deep",
    "d = 1\nfor _ in range(40): d = [d]\nd",
    is("[".repeat(40) + 1 + "]".repeat(40)),
  ],
  [
    "19,000 objects with a repr of 10 KB",
    "class A:\n  def __repr__(self): return 'x' * 10_000\n[A()] * 19_000",
    cut(),
  ],
  ["a key of 40 MB", "{'x' * 40_000_000: 1}", cut({})],
  ["a text of 140 MB", "'y' * 140_000_000", cut()],
  [
    "HTML of 100 MB",
    "class A:\n  def __repr__(self): return 'A'\n  def _repr_html_(self): return 'y' * 100_000_000\nA()",
    { status: "ok", result: expect.objectContaining({ mime: { "text/plain": "A" } }) },
  ],
  [
    "an object that says it is of datetime",
    "class datetime:\n  __module__ = 'datetime'\n  def __repr__(self): return 'no'\n  def isoformat(self): return self\ndatetime()",
    is("no", { $type: "unrepresentable", pythonType: "datetime.datetime", repr: "no" }),
  ],
  [
    "an object that says it is a timedelta of ages",
    "class timedelta:\n  __module__ = 'datetime'; days = seconds = microseconds = 10**30\n  def __repr__(self): return 'no'\ntimedelta()",
    { status: "ok", result: expect.objectContaining({ valueTruncated: true }) },
  ],
  [
    "builtins that are gone",
    "import builtins as b\nb.type = b.str = b.len = b.isinstance = b.repr = b.BaseException = None\n3",
    is("3", 3),
  ],
];

describe("a Python session lives through", () => {
  it.each(errors)("an error with %s [F12] [R8.4] [S0-34]", async (_name, code, expected) => {
    await using test = await openSession(runtime);
    expect(await test.run(code)).toMatchObject({ ...expected, sessionState: "kept" });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
    expect(test.session.restarts).toBe(0);
  });

  it.each(results)("a result with %s [R1.1] [F12]", async (_name, code, expected) => {
    await using test = await openSession(runtime);
    expect(await test.run(code)).toMatchObject({ ...expected, sessionState: "kept" });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
    expect(test.session.restarts).toBe(0);
  });

  it("displays that are too large or nonsense [R8.4]", async () => {
    await using test = await openSession(runtime);
    const ran = await test.run(String.raw`display({'text/plain': 'y' * 270_000_000}, raw=True)
display({'\ud800': object(), 3: 4}, raw=True)
display(1, display_id=type('S', (str,), {'encode': None})('x'))`);
    expect(ran).toMatchObject({ status: "ok", sessionState: "kept" });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
    expect(test.session.restarts).toBe(0);
  });
});

describe("a Python session", () => {
  it("gives what __str__ of an exception prints to its execution [R1.6]", async () => {
    await using test = await openSession(runtime);
    const ran = await test.run(
      "class E(Exception):\n  def __str__(self): print('asked'); return 'said'\nraise E",
    );
    expect(ran).toMatchObject({ out: "asked\n", error: { name: "E", message: "said" } });
  });

  it("is interrupted in __str__ of an exception that never ends [R1.7]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      "class E(Exception):\n  def __str__(self):\n    print('asked')\n    while True: pass\nraise E",
    );
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    expect(await execution.ended).toMatchObject({ sessionState: "kept", error: { name: "E" } });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
  });

  it("calls sys.excepthook as the end of a script does [R8.4]", async () => {
    await using test = await openSession(runtime);
    const ran = await test.run(
      "import sys\nsys.excepthook = lambda kind, error, trace: print('hook', kind.__name__, error, trace.tb_lineno)\n1/0",
    );
    expect(ran).toMatchObject({
      out: "hook ZeroDivisionError division by zero 3\n",
      error: { name: "ZeroDivisionError" },
    });
  });

  // CPython 3.11 and 3.12 leave the empty inner loop out of their exception table: one interrupt ends it there.
  it("takes an interrupt as plain CPython does in a loop that catches everything [R1.7] [F16]", async () => {
    await using test = await openSession(runtime, { interruptGraceMs: 300, terminateGraceMs: 100 });
    const execution = test.session.execute(stubborn);
    await eventOf(test.session, execution.id, "stdout");
    await spins(Number(execution.stdout.toString()));
    execution.interrupt();
    const record = await execution.ended;
    expect(record).toMatchObject({
      status: "interrupted",
      sessionState: (await endsAtInterrupt(stubborn)) ? "kept" : "lost",
    });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
  });
});

const stubborn = `import os
print(os.getpid(), flush=True)
while True:
  try:
    while True: pass
  except BaseException: print('caught', flush=True)`;

/** Whether a plain Python that runs this code, which prints when it begins and when it goes on, ends at one SIGINT. */
async function endsAtInterrupt(code: string): Promise<boolean> {
  const plain = spawn(executable, ["-c", code], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<true>((done) => plain.once("close", () => done(true)));
  const pid = await new Promise((done) => plain.stdout.once("data", done));
  await spins(Number(pid));
  const wentOn = new Promise<false>((done) => plain.stdout.once("data", () => done(false)));
  process.kill(Number(pid), "SIGINT");
  const hasEnded = await Promise.race([ended, wentOn]);
  if (!hasEnded) process.kill(Number(pid), "SIGKILL");
  await ended;
  return hasEnded;
}

/** Settles when a process has used the processor for some more ticks, of which the kernel has 100 in a second. */
async function spins(pid: number): Promise<void> {
  const ticks = () =>
    Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[11]);
  const begin = ticks();
  await expect.poll(ticks).toBeGreaterThan(begin + 5);
}
