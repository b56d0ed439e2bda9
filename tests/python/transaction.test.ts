import { pythonRuntime } from "@holdfast/adapter-python";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";
import { eventOf, openSession } from "../support/session-run.ts";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });
afterAll(() => runtime.close?.());

const setUp = `import os, sys
x = {"a": [1, {"b": [2]}]}
class C: pass
c = C(); c.list = [1]
alias = x["a"]`;
const look =
  "(x, c.__dict__, alias is x['a'], 'y' in globals(), os.getcwd(), os.environ.get('T'), sys.path[-1])";
const change = `x["a"][1]["b"].append(3); c.list.clear(); c.new = 1; y = 1; del alias
os.chdir("/usr"); os.environ["T"] = "1"; sys.path.append("/nowhere")
print("said")
`;

describe("a transaction in Python [R8.3] [D12]", () => {
  const failures = [
    ["raises", "1/0", { status: "error" }],
    ["exits", "sys.exit(3)", { status: "lost", exitCode: 3 }],
    ["is killed", "os.kill(os.getpid(), 9)", { status: "lost", signal: "SIGKILL" }],
    [
      "is at fault in C",
      "import ctypes; ctypes.string_at(0)",
      { status: "lost", signal: "SIGSEGV" },
    ],
    ["times out", "while True: pass", { status: "timeout" }],
    [
      "times out and does not care",
      "import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass",
      { status: "timeout" },
    ],
  ] as const;
  it.each(failures)("that %s leaves no trace, deep changes included", async (_, end, expected) => {
    await using test = await openSession(runtime, { interruptGraceMs: 200, terminateGraceMs: 100 });
    await test.run(setUp);
    const before = (await test.run(look)).result?.repr;
    const ran = await test.run(change + end, { onError: "rollback", timeoutMs: 2_000 });
    expect(ran).toMatchObject({ ...expected, out: "said\n", sessionState: "restored" });
    expect((await test.run(look)).result?.repr).toBe(before);
    expect(test.session.restarts).toBe(0);
  });

  it("that is interrupted leaves no trace", async () => {
    await using test = await openSession(runtime);
    await test.run(setUp);
    const execution = test.session.execute(`${change}import time; time.sleep(100)`, {
      onError: "rollback",
    });
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    expect(await execution.ended).toMatchObject({
      status: "interrupted",
      sessionState: "restored",
    });
    expect((await test.run("'y' in globals()")).result?.value).toBe(false);
  });

  it("that comes to a good end is as any execution, in the same process", async () => {
    await using test = await openSession(runtime);
    await test.run("x = 1");
    const { pid } = test.session;
    const ran = await test.run("x += 1; x", { onError: "rollback" });
    expect(ran).toMatchObject({ status: "ok", sessionState: "kept", result: { repr: "2" } });
    expect([(await test.run("x")).result?.repr, test.session.pid]).toEqual(["2", pid]);
  });

  it.each(["SIGKILL", "SIGSTOP"])(
    "whose fork user code sends %s does not say that the state was had back",
    async (signal) => {
      await using test = await openSession(runtime);
      await test.run("x = 1");
      const ran = await test.run(
        `import os, signal
def children(pid):
    return [int(child) for child in open(f"/proc/{pid}/task/{pid}/children").read().split()]
below = [pid for pid in children(os.getppid()) if pid != os.getpid()]
kept = [fork for guard in below for fork in children(guard)]
for pid in kept: os.kill(pid, signal.${signal})
print(len(kept)); 1/0`,
        { onError: "rollback" },
      );
      expect(ran).toMatchObject({ out: "1\n", status: "lost", sessionState: "lost" });
      expect(await test.run("print('x' in globals())")).toMatchObject({ out: "False\n" });
    },
  );

  it("may follow another many times, and nothing is left behind [R2.7]", async () => {
    const before = holdings();
    {
      await using test = await openSession(runtime);
      await test.run("x = 0");
      for (let i = 0; i < 20; i++) {
        await test.run("x += 1", { onError: "rollback" });
        await test.run("x += 1; 1/0", { onError: "rollback" });
      }
      expect((await test.run("x")).result?.value).toBe(20);
    }
    await expectNoLeaks(before);
  });
});

it("Session.fork() gives ten sessions of one with 100 MB, each with all of it [R3.3]", async () => {
  await using test = await openSession(runtime);
  await test.run("data = bytearray(100_000_000); data[::4096] = b'x' * len(data[::4096]); n = 0");
  const ids = Array.from({ length: 10 }, (_, index) => `fork-${index}`);
  const { sessions, skipped } = await test.session.fork(ids);
  expect(skipped).toEqual([]);
  expect(sessions.map(({ id }) => id)).toEqual(ids);
  const results = await Promise.all(
    sessions.map(async (session, index) => {
      await session.execute(`n = ${index}`).ended;
      const { result } = await session.execute("n, len(data), data[4096]").ended;
      return result?.repr;
    }),
  );
  expect(results).toEqual(ids.map((_, index) => `(${index}, 100000000, 120)`));
  const { sessions: grandchildren } = await (sessions[3] as (typeof sessions)[0]).fork(["g"]);
  await Promise.all(sessions.map((session) => session.close()));
  expect((await grandchildren[0]?.execute("n").ended)?.result?.value).toBe(3);
  await grandchildren[0]?.close();
  expect((await test.run("n")).result?.value).toBe(0);
});
