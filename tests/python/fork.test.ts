import { readFileSync } from "node:fs";
import { pythonRuntime } from "@holdfast/adapter-python";
import type { Worker, WorkerStartOptions } from "@holdfast/core";
import { buildRequest, eventually, expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";
import { isAlive, openSession } from "../support/session-run.ts";

const executable = process.env["HOLDFAST_TEST_PYTHON"] ?? "python3";
const runtimes = [
  { name: "from a template", runtime: pythonRuntime({ executable }) },
  { name: "started", runtime: pythonRuntime({ executable, template: false }) },
] as const;

const start: WorkerStartOptions = {
  sessionId: "fork",
  env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8" },
  cwd: "/tmp",
  startTimeoutMs: 30_000,
};

afterAll(async () => {
  for (const { runtime } of runtimes) await runtime.close?.();
});

async function run(worker: Worker, code: string): Promise<string> {
  const out: Buffer[] = [];
  let last = "";
  const execution = worker.execute(buildRequest({ code }), (event) => {
    if (event.type === "stdout") out.push(Buffer.from(event.bytes));
    if (event.type === "error") last = event.text;
    if (event.type === "result") last = event.repr;
  });
  await execution.ended;
  return Buffer.concat(out).toString() + last;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

describe.each(runtimes)("fork() of a Python that was $name", { timeout: 60_000 }, ({ runtime }) => {
  it("gives a worker with the whole state; both go their own ways [R3.3]", async () => {
    await using parent = await runtime.start(start);
    await run(parent, "import os; x = [1]; y = x\ndef f(): return x\nos.chdir('/usr')");
    const { worker, skipped } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    await using child = worker;
    expect(skipped).toEqual([]);
    expect(child.pid).not.toBe(parent.pid);
    await run(child, "y.append(2); z = 1");
    expect(await run(child, "f(), x is y, os.getcwd(), os.getpid()")).toBe(
      `([1, 2], True, '/usr', ${child.pid})`,
    );
    expect(await run(parent, "f(), 'z' in dir()")).toBe("([1], False)");
  });

  it("gives one that outlives its parent, and the parent's kill -9 [D28]", async () => {
    const parent = await runtime.start(start);
    await run(parent, "x = 42");
    const { worker: child } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    const { worker: killed } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
    process.kill(parent.pid, "SIGKILL");
    await parent.exited;
    await using grandchild = ((await child.fork?.(start)) ?? expect.fail("no fork()")).worker;
    await child.stop();
    expect(await run(grandchild, "x")).toBe("42");
  });

  it("leaves nothing behind when all have ended, whatever they started [R2.7] [A28]", async () => {
    await using parent = await runtime.start(start);
    await (await parent.fork?.(start))?.worker.stop();
    const before = holdings();
    for (let i = 0; i < 3; i++) {
      const { worker } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
      await run(
        worker,
        "import subprocess; subprocess.Popen('setsid sleep 1000 & setsid sleep 1000 &', shell=True).wait()",
      );
      await worker.stop();
    }
    await run(parent, "import subprocess; 1");
    await expectNoLeaks(before);
  });

  it("names the threads that the new one does not have, and lets background tasks go on in both", async () => {
    await using parent = await runtime.start(start);
    await run(
      parent,
      `import asyncio, threading
release = threading.Event()
threading.Thread(target=release.wait, name="waiter", daemon=True).start()
n = 0
async def tick():
    global n
    while True:
        n += 1
        await asyncio.sleep(0.001)
task = asyncio.get_event_loop().create_task(tick())
await asyncio.sleep(0)`,
    );
    const { worker, skipped } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    await using child = worker;
    expect(skipped).toEqual([{ name: "waiter", reason: expect.stringContaining("thread") }]);
    for (const one of [parent, child]) {
      const first = Number(await run(one, "n"));
      await eventually(
        async () => Number(await run(one, "await asyncio.sleep(0.002); n")) > first,
        {
          what: "a tick",
        },
      );
    }
    expect(await run(child, "threading.active_count()")).toBe("1");
    await run(parent, "release.set()");
  });

  it("gives other random numbers to each", async () => {
    await using parent = await runtime.start(start);
    await run(parent, "import random");
    const numbers = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { worker } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
      numbers.add(await run(worker, "random.random()"));
      await worker.stop();
    }
    numbers.add(await run(parent, "random.random()"));
    expect(numbers.size).toBe(4);
  });

  it("can be interrupted, asked and killed like any other, and tells its last words", async () => {
    await using parent = await runtime.start(start);
    const { worker: child } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    const execution = child.execute(buildRequest({ code: "while True: pass" }), () => {});
    execution.interrupt();
    expect(await execution.ended).toMatchObject({ status: "interrupted" });
    await run(child, "import sys, os; os.write(903, b'last words')");
    const end = child.execute(buildRequest({ code: "os._exit(3)" }), () => {});
    expect(await end.ended).toMatchObject({ status: "lost", exitCode: 3 });
    expect((await child.exited).stderrTail).toBe("last words");
  });

  it("ends with its guard, and takes nothing with it [A26]", async () => {
    await using parent = await runtime.start(start);
    const { worker: child } = (await parent.fork?.(start)) ?? expect.fail("no fork()");
    process.kill(parentOf(child.pid), "SIGKILL");
    expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
    await eventually(async () => !(await isAlive(child.pid)), { what: "the end of the child" });
    expect(await run(parent, "1")).toBe("1");
  });
});

describe("the template of Python sessions", { timeout: 60_000 }, () => {
  it("may be killed: sessions live on, and the next comes from another", async () => {
    const runtime = pythonRuntime({ executable });
    const before = holdings();
    const one = await openSession(runtime);
    await one.run("x = 1");
    const guard = parentOf(one.session.pid ?? 0);
    const templateGuard = parentOf(parentOf(guard));
    const children = readFileSync(`/proc/${templateGuard}/task/${templateGuard}/children`, "utf8");
    expect(children.trim().split(" ")).toContain(String(parentOf(guard)));
    process.kill(parentOf(guard), "SIGKILL");
    await using two = await openSession(runtime);
    expect((await one.run("x")).result?.repr).toBe("1");
    expect(parentOf(parentOf(two.session.pid ?? 0))).not.toBe(parentOf(guard));
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    await runtime.close?.();
    await expectNoLeaks(before);
  });

  it("may lose its guard: sessions live on, and the next comes from another", async () => {
    const runtime = pythonRuntime({ executable });
    const before = holdings();
    const one = await openSession(runtime);
    await one.run("x = 1; import subprocess; child = subprocess.Popen(['sleep', '1000'])");
    const template = parentOf(parentOf(one.session.pid ?? 0));
    process.kill(parentOf(template), "SIGKILL");
    await eventually(async () => !(await isAlive(template)), { what: "the end of the template" });
    const two = await openSession(runtime);
    expect((await one.run("x, child.poll()")).result?.repr).toBe("(1, None)");
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    await runtime.close?.();
    await expectNoLeaks(before);
  });

  it("may be stopped: the next session comes from another, and close() ends both", async () => {
    const runtime = pythonRuntime({ executable });
    const before = holdings();
    const one = await openSession(runtime);
    const template = parentOf(parentOf(one.session.pid ?? 0));
    process.kill(template, "SIGSTOP");
    const two = await openSession(runtime);
    expect(parentOf(parentOf(two.session.pid ?? 0))).not.toBe(template);
    expect((await one.run("1")).result?.repr).toBe("1");
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    await runtime.close?.();
    await expectNoLeaks(before);
  });

  it("gives sessions that differ in nothing from started ones [A04] [A30]", async () => {
    const look = `import os, sys, signal, threading, resource
print(sorted(os.environ), os.getcwd(), sys.path, sys.argv, sys.flags, sorted(sys.modules), __name__, dir())
print(sorted(os.listdir("/proc/self/fd")), os.getpgid(0) == os.getpid(), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGCHLD))
print(threading.active_count(), resource.getrlimit(resource.RLIMIT_NOFILE), os.umask(0o22), sys.getrecursionlimit())`;
    const seen = await Promise.all(
      [true, false].map(async (template) => {
        const runtime = pythonRuntime({ executable, template });
        await using test = await openSession(runtime, { env: { A: "ü", PYTHONPATH: "/opt" } });
        const { out } = await test.run(look);
        await runtime.close?.();
        return out.replaceAll(test.directory, "<folder>");
      }),
    );
    expect(seen[0]).toBe(seen[1]);
  });

  it("has what was asked for loaded, and gives each session random numbers of its own", async () => {
    const runtime = pythonRuntime({ executable, preload: ["json", "random"] });
    const numbers = new Set<string>();
    for (let i = 0; i < 3; i++) {
      await using test = await openSession(runtime);
      expect((await test.run("import sys; 'json' in sys.modules")).result?.value).toBe(true);
      numbers.add((await test.run("import random; random.random()")).result?.repr ?? "");
    }
    expect(numbers.size).toBe(3);
    await runtime.close?.();
  });

  it("is left out where an environment has what only a start can heed", async () => {
    const runtime = pythonRuntime({ executable });
    await using plain = await openSession(runtime, { env: { LD_BIND_NOW: "1" } });
    await using forked = await openSession(runtime);
    const environ = (pid: number | null) => readFileSync(`/proc/${pid}/environ`, "utf8");
    expect(environ(plain.session.pid)).toContain("LD_BIND_NOW=1");
    expect(environ(forked.session.pid)).not.toContain("PATH=");
    await runtime.close?.();
    expect((await forked.run("1")).result?.repr).toBe("1"); // workers live on
  });
});
