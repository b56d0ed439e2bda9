import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonRuntime } from "@holdfast/adapter-python";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestSession, openSession } from "../support/session-run.ts";

const runtime = pythonRuntime({ engine: "pyodide" });
afterAll(() => runtime.close?.());

// A start takes half a second: what leaves nothing behind shares a session.
describe("a session in Pyodide", { timeout: 120_000 }, () => {
  let test: TestSession;
  beforeAll(async () => (test = await openSession(runtime)), 120_000);
  afterAll(() => test[Symbol.asyncDispose]());

  const reprOf = async (code: string) => (await test.run(code)).result?.repr;

  it("runs CPython as WebAssembly, in a process of its own [R9.7]", async () => {
    expect(await reprOf("import sys; sys.platform, sys.implementation.name")).toBe(
      "('emscripten', 'cpython')",
    );
    const { result } = await test.run("import os; os.getpid()");
    expect(readFileSync(`/proc/${result?.value as number}/cmdline`, "utf8")).toContain("pyodide");
  });

  it("has the standard library, without a network", async () => {
    const code = `import json, sqlite3, decimal, hashlib, re, zlib, dataclasses, statistics
json.loads(json.dumps({"a": [1.5, None]})), sqlite3.connect(":memory:").execute("select 6 * 7").fetchone(), \\
decimal.Decimal("0.1") * 3, hashlib.sha256(b"").hexdigest()[:8], statistics.mean([1, 2, 6])`;
    expect(await reprOf(code)).toBe("({'a': [1.5, None]}, (42,), Decimal('0.3'), 'e3b0c442', 3)");
  });

  it("finds the files of the machine under their own names, also over links", async () => {
    const { directory } = test;
    mkdirSync(join(directory, "folder"));
    writeFileSync(join(directory, "folder/there.txt"), "from the host");
    symlinkSync("folder", join(directory, "link"));
    const { out } = await test.run(`import os
print(open("link/there.txt").read(), os.getcwd() == ${JSON.stringify(directory)}, os.path.realpath("link/there.txt"))
with open("made.txt", "w") as file: file.write("from Python")
os.rename("made.txt", "folder/moved.txt")`);
    expect(out).toBe(`from the host True ${directory}/folder/there.txt\n`);
    expect(readFileSync(join(directory, "folder/moved.txt"), "utf8")).toBe("from Python");
  });

  it("imports modules of its directory, and nothing of ours is on the path", async () => {
    writeFileSync(join(test.directory, "mine.py"), "value = 42\n");
    expect(await reprOf("import mine; mine.value")).toBe("42");
    expect(
      await reprOf("import sys; [entry for entry in sys.path if 'holdfast' in entry], sys.path[0]"),
    ).toBe("([], '')");
  });

  it.for([
    ["a process", 'import subprocess; subprocess.run(["true"])', "OSError"],
    ["a fork", "import os; os.fork()", "OSError"],
    ["a thread", "import threading; threading.Thread(target=print).start()", "RuntimeError"],
    [
      "a worker thread of asyncio",
      "import asyncio; await asyncio.to_thread(print)",
      "RuntimeError",
    ],
  ] as const)("refuses %s by an error, and goes on", async ([, code, name]) => {
    expect(await test.run(code)).toMatchObject({ status: "error", error: { name } });
    expect(await reprOf("1 + 1")).toBe("2");
  });

  it("refuses what it has not: forks, background executions, transactions [R9.7]", async () => {
    const { session } = test;
    const unsupported = { code: "feature_unsupported" };
    await expect(session.fork()).rejects.toMatchObject(unsupported);
    await expect(session.executeInBackground("1")).rejects.toMatchObject(unsupported);
    expect(() => session.execute("1", { onError: "rollback" })).toThrow(
      expect.objectContaining(unsupported),
    );
    expect(await reprOf("1 + 1")).toBe("2");
  });

  it("sleeps without using the processor, and is interrupted at once [R1.7]", async () => {
    const before = (await test.run("import time; time.process_time(); time.sleep(0)")).status;
    expect(before).toBe("ok");
    const execution = test.session.execute('print("ready")\ntime.sleep(1000)');
    for await (const event of execution.events())
      if (event.type === "stdout") execution.interrupt();
    await expect(execution.ended).resolves.toMatchObject({ status: "interrupted" });
    expect((await test.run("time.sleep(-1)")).error).toMatchObject({
      name: "ValueError",
      message: "sleep length must be non-negative",
    });
  });

  it("interrupts code at any moment, and never the next execution [F46]", async () => {
    const codes = [
      'import asyncio; print("ready"); await asyncio.sleep(1000)',
      'import time; print("ready"); time.sleep(1000)',
      'print("ready")\nwhile True: pass',
      'print("ready")\nwhile True: print("x" * 1000)',
      'async def spin():\n  while True: await asyncio.sleep(0)\nprint("ready")\nawait asyncio.gather(spin(), spin())',
    ];
    for (let round = 0; round < 50; round++) {
      const execution = test.session.execute(codes[round % codes.length] as string);
      let isReady = false;
      for await (const { type } of execution.events()) {
        if (type !== "stdout" || isReady) continue;
        isReady = true;
        if (round % 2 === 0) execution.interrupt();
        else setTimeout(() => execution.interrupt(), (round % 7) / 2);
      }
      expect(await execution.ended).toMatchObject({ status: "interrupted" });
      expect(await test.run("sum(range(2000))")).toMatchObject({ status: "ok" });
    }
  });

  it("has its own event loop: tasks, timers, asyncio.run(), and tasks that go on between executions", async () => {
    expect(
      await reprOf(
        "import asyncio\nawait asyncio.gather(*(asyncio.sleep(0.01, n) for n in range(3)))",
      ),
    ).toBe("[0, 1, 2]");
    expect(await reprOf("async def answer(): return 42\nasyncio.run(answer())")).toBe("42");
    const ran = await test.run(`async def later():
    await asyncio.sleep(0.01)
    print("late")
task = asyncio.create_task(later())
await asyncio.sleep(0)`);
    await expect.poll(() => test.late.get(ran.id)).toBe("late\n");
  });

  it("runs handlers of signals, its own and those from outside", async () => {
    const { result } = await test.run(`import os, signal
got = []
signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
os.kill(os.getpid(), signal.SIGTERM)
os.getpid(), got`);
    const { items } = (result?.value ?? {}) as { readonly items?: readonly unknown[] };
    const pid = Number(items?.[0]);
    expect(result?.repr).toBe(`(${pid}, [15])`);
    const execution = test.session.execute(
      'print("ready")\nwhile len(got) < 2: time.sleep(0.01)\ngot',
    );
    for await (const { type } of execution.events())
      if (type === "stdout") process.kill(pid, "SIGTERM");
    expect((await execution.ended).result?.repr).toBe("[15, 15]");
    await test.run("signal.signal(signal.SIGTERM, signal.SIG_DFL)");
  });

  it("recurses as deep as Python allows, and says so beyond", async () => {
    const ran = await test.run("def deep(n): return deep(n + 1)\ndeep(0)");
    expect(ran.error?.name).toBe("RecursionError");
    const nested = await test.run(
      "import sys; sys.setrecursionlimit(20000)\ndef down(n): return n and down(n - 1)\ndown(9000)",
    );
    expect(nested.result?.repr).toBe("0");
    await test.run("sys.setrecursionlimit(1000)");
  });
});

describe("Pyodide's starts", { timeout: 120_000 }, () => {
  it("give each session its time zone", async () => {
    for (const [TZ, hour] of [
      ["Asia/Tokyo", "9"],
      ["UTC", "0"],
    ] as const) {
      await using test = await openSession(runtime, { env: { TZ } });
      expect((await test.run("import time; time.localtime(0).tm_hour")).result?.repr).toBe(hour);
    }
  });

  it("do without a snapshot where it is not wanted", async () => {
    const own = pythonRuntime({ engine: "pyodide", snapshot: false });
    await using test = await openSession(own, { startTimeoutMs: 60_000 });
    expect((await test.run("6 * 7")).result?.repr).toBe("42");
  });

  it("made at once share the first one's memory, and draw random numbers of their own [D18] [R3.3]", async () => {
    const own = pythonRuntime({ engine: "pyodide" });
    const tests = await Promise.all([1, 2, 3].map(() => openSession(own)));
    const drawn = await Promise.all(
      tests.map(async (test) => (await test.run("import random; print(random.random())")).out),
    );
    expect(new Set(drawn).size).toBe(3);
    for (const test of tests) await test[Symbol.asyncDispose]();
    await own.close?.();
  });

  it("do without a snapshot that is damaged, and leave nothing of it [R2.7]", async () => {
    const snapshots = () =>
      readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).includes("holdfast-pyodide-"));
    const before = snapshots();
    const own = pythonRuntime({ engine: "pyodide" });
    await (await openSession(own))[Symbol.asyncDispose]();
    const [made] = snapshots().filter((fd) => !before.includes(fd));
    expect(linkOf(made ?? "")).toContain("(deleted)");
    writeSync(Number(made), "damaged", 0);
    await using test = await openSession(own, { startTimeoutMs: 60_000 });
    expect((await test.run("6 * 7")).result?.repr).toBe("42");
    await own.close?.();
    expect(snapshots()).toEqual(before);
  });

  it("say what is missing, and what to install [R9.7]", async () => {
    const missing = pythonRuntime({ engine: "pyodide", folder: "/nonexistent" });
    expect(await missing.inspect()).toMatchObject({
      name: "python",
      engine: "pyodide",
      isAvailable: false,
      reason: "the npm package pyodide is not there in /nonexistent",
      install: expect.stringContaining("npm install pyodide@314"),
    });
    await expect(openSession(missing).then((test) => test.run("1"))).rejects.toMatchObject({
      code: "runtime_unavailable",
    });
  });

  it("refuse a Pyodide of another version by name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "old-pyodide-"));
    writeFileSync(join(folder, "package.json"), '{"version":"0.29.0"}');
    writeFileSync(join(folder, "pyodide-lock.json"), '{"info":{"python":"3.13.2"}}');
    expect(await pythonRuntime({ engine: "pyodide", folder }).inspect()).toMatchObject({
      isAvailable: false,
      reason: `${folder} is pyodide 0.29.0, 314 is needed`,
    });
    rmSync(folder, { recursive: true });
  });

  it("are offered where there is no CPython, and never taken by themselves [R9.7]", async () => {
    const cpython = pythonRuntime({ executable: "/nonexistent/python3" });
    expect(await cpython.inspect()).toMatchObject({
      engine: "cpython",
      isAvailable: false,
      reason: expect.stringContaining("/nonexistent/python3"),
      install: expect.stringMatching(
        /apt-get install python3.*Pyodide 314\.\d+\.\d+ is installed.*HOLDFAST_PYTHON_ENGINE=pyodide/,
      ),
    });
    expect(() => pythonRuntime({ engine: "jython" as "cpython" })).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  it("take over a checkpoint of another session in Pyodide [R7.3]", async () => {
    const pieces: Uint8Array[] = [];
    {
      await using test = await openSession(runtime);
      await test.run("class Point:\n  def __init__(self, x): self.x = x\npoint = Point(3)");
      await test.session.checkpoint(async (piece) => void pieces.push(Buffer.from(piece)));
    }
    await using test = await openSession(runtime);
    await test.session.restore(piecesOf(pieces));
    expect((await test.run("point.x, Point.__name__")).result?.repr).toBe("(3, 'Point')");
  });
});

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}
