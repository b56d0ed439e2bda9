import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { eventOf, isAlive, openSession } from "../support/session-run.ts";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });

const values: readonly (readonly [code: string, repr: string, value: unknown])[] = [
  ["1+1", "2", 2],
  ["x = 3\nx", "3", 3],
  ["x = 42\nx * 2", "84", 84],
  ["(1, 'a')", "(1, 'a')", { $type: "tuple", items: [1, "a"] }],
  ["{3}", "{3}", { $type: "set", items: [3] }],
  ["b'\\x00\\xff'", "b'\\x00\\xff'", { $type: "bytes", base64: "AP8=" }],
  ["{'a': [1, {'b': None}]}", "{'a': [1, {'b': None}]}", { a: [1, { b: null }] }],
  ["{1: 2}", "{1: 2}", { $type: "dict", items: [[1, 2]] }],
  ["2**100", String(2n ** 100n), { $type: "bigint", value: String(2n ** 100n) }],
  ["float('nan')", "nan", { $type: "float", value: "nan" }],
  ["1j", "1j", { $type: "complex", real: 0, imag: 1 }],
  ["'\\ud800'", "'\\ud800'", { $type: "string", codePoints: [0xd800] }],
  [
    "import datetime; datetime.date(2020, 1, 2)",
    "datetime.date(2020, 1, 2)",
    { $type: "date", iso: "2020-01-02" },
  ],
];

describe("a Python session", () => {
  it("gives every value a typed form and a repr [R1.1] [D2] [D4] [S0-1] [S0-2] [S0-5] [S0-6] [S3-18]", async () => {
    await using test = await openSession(runtime);
    for (const [code, repr, value] of values) {
      const ran = await test.run(code);
      expect({
        code,
        status: ran.status,
        repr: ran.result?.repr,
        value: ran.result?.value,
      }).toEqual({ code, status: "ok", repr, value });
    }
    const instance = await test.run("class A: pass\nA()");
    expect(instance.result?.value).toMatchObject({ $type: "unrepresentable" });
    expect(instance.result?.repr).toContain("A object");
    const hostile = await test.run("class B:\n  def __repr__(self): raise SystemExit\nB()");
    expect(hostile).toMatchObject({ status: "ok" });
    expect(hostile.result?.repr).not.toBe("");
    expect((await test.run("None")).result).toBeNull();
  });

  it("keeps the last results in _, __ and ___, and respects the user's own [R1.2] [S0-4] [S0-6]", async () => {
    await using test = await openSession(runtime);
    for (const code of ["1", "2", "3", "None", "y = 5", "1/0"]) await test.run(code);
    expect((await test.run("_, __, ___")).result?.repr).toBe("(3, 2, 1)");
    await test.run("_ = 'mine'\n7");
    expect((await test.run("_")).result?.repr).toBe("'mine'");
  });

  it("runs every statement once [D3]", async () => {
    await using test = await openSession(runtime);
    expect(
      (await test.run("n = []\ndef f():\n  n.append(1); print('called')\n  return len(n)\nf()"))
        .out,
    ).toBe("called\n");
    expect((await test.run("len(n)")).result?.value).toBe(1);
  });

  it("keeps variables, functions, imports and classes, in a real __main__ [R3.1] [S3-2] [S3-3] [S3-4] [S3-10]", async () => {
    await using test = await openSession(runtime);
    await test.run(
      "import math, dataclasses\n@dataclasses.dataclass\nclass P:\n  x: int\ndef area(r):\n  return math.floor(r)\nv = P(4)",
    );
    expect((await test.run("area(v.x + .5)")).result?.value).toBe(4);
    expect(
      (
        await test.run(
          "import pickle, inspect\npickle.loads(pickle.dumps(v)) == v, inspect.getsource(area)",
        )
      ).result?.repr,
    ).toBe(String.raw`(True, 'def area(r):\n  return math.floor(r)\n')`);
    await using other = await openSession(runtime);
    expect(await other.run("v")).toMatchObject({ status: "error", error: { name: "NameError" } });
  });

  it("awaits at top level, and tasks live on [R3.1]", async () => {
    await using test = await openSession(runtime);
    await test.run(
      "import asyncio\nn = 0\nasync def tick():\n  global n\n  while True:\n    n += 1\n    await asyncio.sleep(0.001)\nt = asyncio.create_task(tick())\nawait asyncio.sleep(0)",
    );
    await expect.poll(async () => (await test.run("n")).result?.value).toBeGreaterThan(3);
    expect((await test.run("await asyncio.sleep(0.01, 'x')")).result?.value).toBe("x");
  });

  it("reports errors with the cell's lines and none of our frames [R1.3]", async () => {
    await using test = await openSession(runtime);
    const { error } = await test.run("def f():\n  return 1 / 0\nf()");
    expect(error).toMatchObject({ name: "ZeroDivisionError", message: "division by zero" });
    expect(
      error?.traceback.map(({ line, function: name, source }) => [line, name, source]),
    ).toEqual([
      [3, "<module>", "f()"],
      [2, "f", "return 1 / 0"],
    ]);
    expect(error?.text).not.toContain("holdfast");
    expect((await test.run("if")).error).toMatchObject({ name: "SyntaxError" });
    expect((await test.run("def r(): r()\nr()")).error).toMatchObject({ name: "RecursionError" });
  });

  it("keeps the order of prints, subprocesses, native writes and displays [R1.6] [D6] [S0-21]", async () => {
    await using test = await openSession(runtime);
    const code =
      "import os, subprocess, sys\nprint('a', end='')\nos.system('echo b')\nos.write(1, b'c\\n')\ndisplay({'d': 1})\nprint('e'); subprocess.run(['echo', 'f']); print('g', file=sys.stderr)";
    const execution = test.session.execute(code);
    const seen: string[] = [];
    for await (const event of execution.events()) {
      if (event.type === "stdout") seen.push(Buffer.from(event.bytes).toString());
      if (event.type === "display") seen.push(`<${String(event.mime["text/plain"])}>`);
    }
    expect(seen.join("")).toBe("ab\nc\n<{'d': 1}>e\nf\n");
    expect(execution.stderr.toString()).toBe("g\n");
  });

  it("delivers partial lines while the code runs [R1.6]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute("print('part', end='')\ninput()", { allowInput: true });
    await eventOf(test.session, execution.id, "stdout");
    expect(execution.hasEnded).toBe(false);
    await execution.write("go");
    expect(await execution.ended).toMatchObject({ status: "ok" });
  });

  it("gives a thread's output to the execution that started it [R1.6] [S0-21]", async () => {
    await using test = await openSession(runtime);
    const first = await test.run(
      "import threading\ngo = threading.Event()\ndef t():\n  go.wait(); print('from thread', flush=True)\nthreading.Thread(target=t).start()",
    );
    expect((await test.run("go.set()\nprint('now')")).out).toBe("now\n");
    await expect.poll(() => test.late.get(first.id)).toBe("from thread\n");
  });

  it("asks for input: several times, in functions, passwords, the end [R2.5] [D22]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      "import getpass\ndef f(): return input('b? ')\na = input('a? '); b = f(); c = getpass.getpass('c? ')\na, b, c",
      { allowInput: true },
    );
    const asked: unknown[] = [];
    for await (const event of execution.events()) {
      if (event.type !== "input_request") continue;
      asked.push([event.prompt, event.password]);
      await execution.write(`${asked.length}`);
    }
    expect(asked).toEqual([
      ["a? ", false],
      ["b? ", false],
      ["c? ", true],
    ]);
    expect((await execution.ended).result?.repr).toBe("('1', '2', '3')");
    const ended = test.session.execute("input()", { allowInput: true });
    await ended.write("", { close: true });
    expect(await ended.ended).toMatchObject({ status: "error", error: { name: "EOFError" } });
    expect(await test.run("input()")).toMatchObject({
      status: "error",
      error: { name: "EOFError" },
    });
    expect(
      (await test.run("import sys\ninput(), sys.stdin.read()", { stdin: "one\ntwo\nthree" })).result
        ?.repr,
    ).toBe(String.raw`('one', 'two\nthree')`);
  });

  it.each([
    ["a loop", "print('go')\nwhile True: pass"],
    ["time.sleep", "import time\nprint('go'); time.sleep(100)"],
    ["await", "import asyncio\nprint('go'); await asyncio.sleep(100)"],
    ["input()", "print('go')\ninput()"],
  ])("is interrupted in %s with its state kept [R1.7] [D11]", async (_name, code) => {
    await using test = await openSession(runtime);
    await test.run("x = 1");
    const execution = test.session.execute(code, { allowInput: true });
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    expect(await execution.ended).toMatchObject({
      status: "interrupted",
      sessionState: "kept",
      error: { name: "KeyboardInterrupt" },
    });
    expect((await test.run("x")).result?.value).toBe(1);
  });

  it("lives through 100 interrupts at any moment [F46] [S0-23]", { timeout: 60_000 }, async () => {
    await using test = await openSession(runtime);
    for (let round = 0; round < 100; round++) {
      const execution = test.session.execute("sum(range(2000))");
      for (let turn = 0; turn < round; turn++) await new Promise((done) => setImmediate(done));
      execution.interrupt();
      expect(["ok", "interrupted"]).toContain((await execution.ended).status);
      // None is left over for what comes next.
      expect(await test.run("sum(range(2000))")).toMatchObject({ status: "ok" });
    }
    expect(test.session.restarts).toBe(0);
  });

  it("times out, with what it printed and its state kept [D27]", async () => {
    await using test = await openSession(runtime);
    expect(await test.run("print('part')\nwhile True: pass", { timeoutMs: 500 })).toMatchObject({
      status: "timeout",
      out: "part\n",
      sessionState: "kept",
    });
  });

  it("is killed when it does not care for its timeout [D27] [F16]", async () => {
    await using test = await openSession(runtime, { interruptGraceMs: 100, terminateGraceMs: 100 });
    // In a function, since CPython has an instruction in a loop within a try that no handler covers, once in a hundred
    // interrupts; twice, since one may come between an error and the next try.
    const stubborn = `
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def spin():
  while True: sum([1])
while True:
  try:
    while True:
      try: spin()
      except BaseException: pass
  except BaseException: pass`;
    expect(await test.run(stubborn, { timeoutMs: 500 })).toMatchObject({
      status: "timeout",
      sessionState: "lost",
    });
    expect((await test.run("1")).result?.value).toBe(1);
  });

  it.each([
    ["import sys; sys.exit(3)", 3, null],
    ["raise SystemExit", 0, null],
    ["import os; os._exit(42)", 42, null],
    ["import os; os.kill(os.getpid(), 9)", null, "SIGKILL"],
    ["import ctypes; ctypes.string_at(0)", null, "SIGSEGV"],
    ["import os; os.closerange(3, 2000)\nwhile True: pass", null, "SIGKILL"],
  ] as const)(
    "is lost with the exact end after `%s`, and the next execution works [F13] [F14] [D7]",
    async (code, exitCode, signal) => {
      await using test = await openSession(runtime);
      expect(await test.run(`print('before')\n${code}`)).toMatchObject({
        status: "lost",
        exitCode,
        signal,
        sessionState: "lost",
        out: "before\n",
      });
      expect((await test.run("1+1")).result?.value).toBe(2);
    },
  );

  it.each([
    "import os; os.close(1); os.close(2); os.close(0)",
    "import sys; sys.stdout = sys.stderr = sys.stdin = None",
    "import os; os.dup2(os.open('/dev/null', os.O_WRONLY), 1)",
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "import builtins; builtins.print = None; del builtins.print; from builtins import *",
  ])("has fresh streams after `%s` [F12] [R8.4]", async (code) => {
    await using test = await openSession(runtime);
    await test.run(code);
    expect((await test.run("import sys; _ = sys.stdout.write('back\\n')")).out).toBe("back\n");
  });

  it("keeps its channel from forks, subprocesses and descriptors 0 to 2 [A05] [A07] [D6]", async () => {
    await using test = await openSession(runtime);
    expect(
      (
        await test.run(
          "import subprocess\nsubprocess.run(['ls', '/proc/self/fd'], capture_output=True, text=True).stdout.split()",
        )
      ).result?.repr,
    ).toBe("['0', '1', '2', '3']");
    const forked = await test.run(
      "import os\npid = os.fork()\nif pid == 0:\n  display(1); print('child'); os._exit(0)\n_ = os.waitpid(pid, 0)\nprint('parent')",
    );
    expect(forked).toMatchObject({ status: "ok", out: "1\nchild\nparent\n" });
  });

  it("loads nothing that is planted for its start [A30]", async () => {
    await using test = await openSession(runtime, {
      env: { PYTHONSTARTUP: "/x", PYTHONPATH: "/tmp/nonesuch" },
    });
    const { writeFileSync } = await import("node:fs");
    for (const name of ["sitecustomize.py", "asyncio.py", "traceback.py"])
      writeFileSync(`${test.directory}/${name}`, "print('planted')");
    await test.session.restart();
    expect(await test.run("1/0")).toMatchObject({ out: "", error: { name: "ZeroDivisionError" } });
  });

  it("has variables and a directory for itself alone [R4.1]", async () => {
    await using test = await openSession(runtime);
    await test.run("import os; os.mkdir('sub')");
    expect(
      (
        await test.run("os.path.basename(os.getcwd()), os.environ['N']", {
          cwd: "sub",
          env: { N: "1" },
        })
      ).result?.repr,
    ).toBe("('sub', '1')");
    expect((await test.run("os.getcwd(), os.environ.get('N')")).result?.repr).toBe(
      `('${test.directory}', None)`,
    );
    expect(await test.run("1", { cwd: "nonesuch" })).toMatchObject({
      status: "error",
      error: { name: "FileNotFoundError" },
    });
  });

  it(
    "takes messages of 100 KB and 10 MB, and bounds a value of 100 MB [R1.5] [D5]",
    { timeout: 60_000 },
    async () => {
      await using test = await openSession(runtime);
      for (const size of [100_000, 10_000_000])
        expect((await test.run(`len('${"x".repeat(size)}')`)).result?.value).toBe(size);
      const large = await test.run("'y' * 100_000_000");
      expect(large).toMatchObject({ status: "ok", result: { valueTruncated: true } });
      expect((await test.run("1")).result?.value).toBe(1);
    },
  );

  it("runs 100 threads and leaves none of their processes behind [A28]", async () => {
    const test = await openSession(runtime);
    const ran = await test.run(
      "import threading, subprocess\nts = [threading.Thread(target=lambda: print('t')) for _ in range(100)]\n[t.start() for t in ts]; [t.join() for t in ts]\np = subprocess.Popen(['sleep', '1000'], start_new_session=True); p.pid",
    );
    expect(ran.out).toBe("t\n".repeat(100));
    await test[Symbol.asyncDispose]();
    expect(await isAlive(Number(ran.result?.value))).toBe(false);
  });

  it(
    "is one of 20 sessions x 20 at once, none mixed with another [R4.5]",
    { timeout: 90_000 },
    async () => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, s) => {
          await using test = await openSession(runtime);
          await test.run("n = 0");
          const runs = await Promise.all(
            Array.from({ length: 20 }, (_unused, i) => test.run(`n += 1\nprint(${s}, ${i})\nn`)),
          );
          for (const [i, ran] of runs.entries())
            expect([ran.out, ran.result?.value]).toEqual([`${s} ${i}\n`, i + 1]);
        }),
      );
    },
  );
});
