import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { ForkSocket, GuardedProcess, OutputLanes, type Runtime } from "@holdfast/core";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/run-command.ts";
import { isAlive, openSession } from "../support/session-run.ts";

const python = pythonRuntime();

afterAll(() => python.close?.());

/** Stops the guard, once or for as long as it lives. */
const stop: readonly (readonly [string, Runtime, (again: boolean) => string])[] = [
  [
    "bash",
    bashRuntime(),
    (again) =>
      again
        ? "setsid bash -c 'while kill -STOP '$PPID'; do :; done' <&- &>/dev/null & kill -STOP $PPID"
        : "kill -STOP $PPID",
  ],
  [
    "Python",
    python,
    (again) =>
      again
        ? "import os, subprocess; subprocess.Popen(f'while kill -STOP {os.getppid()}; do :; done', shell=True, start_new_session=True)"
        : "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)",
  ],
];

describe.each(stop)("code of %s that stops the guard of its session", (_, runtime, code) => {
  it("does not keep it from ending, and leaves nothing", async () => {
    {
      await using used = await openSession(runtime); // what the runtime itself keeps is there from now on
      await used.run("1");
    }
    const before = holdings();
    {
      await using test = await openSession(runtime);
      expect(await test.run(code(false))).toMatchObject({ status: "ok" });
    }
    await expectNoLeaks(before);
  });

  it("does not keep it from ending when it goes on doing so", async () => {
    const before = holdings();
    {
      await using test = await openSession(runtime);
      expect(await test.run(code(true))).toMatchObject({ status: "ok" });
    }
    await expectNoLeaks(before);
  });
});

it.each([
  ["bash", "echo $PPID $$; kill -STOP $PPID"],
  [
    "python",
    "import os, signal; print(os.getppid(), os.getpid()); os.kill(os.getppid(), signal.SIGSTOP)",
  ],
])(
  "a stopped guard of %s ends with its tree when the server is killed [R2.6]",
  async (runtime, code) => {
    const program = `
    import { Host } from "@holdfast/core";
    import { bashRuntime } from "@holdfast/adapter-bash";
    import { pythonRuntime } from "@holdfast/adapter-python";
    const host = new Host({ runtimes: [bashRuntime(), pythonRuntime()], cwd: "/" });
    const { session } = await host.create({ runtime: ${JSON.stringify(runtime)} });
    const execution = session.execute(${JSON.stringify(code)});
    await execution.ended;
    process.stdout.write(execution.stdout.toString(), () => process.kill(process.pid, "SIGKILL"));`;
    const { stdout } = await runCommand(process.execPath, ["--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
    });
    const pids = stdout.trim().split(" ").map(Number);
    expect(pids).toHaveLength(2);
    await expect
      .poll(() => Promise.all(pids.map(isAlive)), { timeout: 10_000 })
      .toEqual([false, false]);
  },
);

/** Leaves the guard no descriptor to see its tree with; something runs on that is not in the worker's process group. */
const blind: readonly (readonly [string, Runtime, string])[] = [
  [
    "bash",
    bashRuntime(),
    "setsid sleep 1000 & mkdir $HOLDFAST_WORKER/a; prlimit --nofile=0 --pid $PPID",
  ],
  [
    "Python",
    python,
    "import os, resource, subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True); resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))",
  ],
];

it.each(blind)(
  "code of %s that takes its guard's descriptors does not keep its session from ending, and leaves nothing [A20]",
  async (_, runtime, code) => {
    {
      await using used = await openSession(runtime);
      await used.run("1");
    }
    const before = holdings();
    {
      await using test = await openSession(runtime);
      expect(await test.run(code)).toMatchObject({ status: "ok" });
    }
    await expectNoLeaks(before);
  },
);

it("what a killed guard has left is ended, also where it has no mark, and came late [A28]", async () => {
  // Their parent is a subreaper, so that they come to the guard above only when that has ended, too.
  const code = `
import ctypes, os, signal
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execve("/bin/sleep", ["sleep", "1000"], {})
    os._exit(0)
if os.fork() == 0:
    os.setsid()
    os.kill(guard, 9)
    os._exit(0)
import time; time.sleep(100)`;
  {
    await using used = await openSession(python);
    await used.run("1");
  }
  const before = holdings();
  for (let round = 0; round < 12; round++) {
    await using test = await openSession(python);
    expect(await test.run(`import os; guard = os.getppid()${code}`)).toMatchObject({
      status: "lost",
    });
  }
  await expectNoLeaks(before);
});

it("a session whose guard was stopped goes on when it needs it", async () => {
  await using test = await openSession(bashRuntime());
  await test.run("sleep 1000 & kill -STOP $PPID"); // the pipes are the job's, and the next ones have to be made
  expect(await test.run("echo next")).toMatchObject({ out: "next\n" });
});

it("an interrupt comes through a guard that was stopped", async () => {
  await using test = await openSession(bashRuntime());
  await test.run("x=kept");
  const execution = test.session.execute("kill -STOP $PPID; echo stopped; sleep 1000");
  for await (const { type } of execution.events()) if (type === "stdout") break;
  execution.interrupt();
  await expect(execution.ended).resolves.toMatchObject({ status: "interrupted" });
  expect(await test.run("echo $x")).toMatchObject({ out: "kept\n" });
});

it("a worker that ends behind a stopped guard is noticed, and replaced [F01]", async () => {
  await using test = await openSession(bashRuntime(), {
    heartbeatIntervalMs: 50,
    heartbeatTimeoutMs: 500,
  });
  expect(await test.run("kill -STOP $PPID; kill -9 $$")).toMatchObject({ status: "lost" });
  expect(await test.run("echo next")).toMatchObject({ out: "next\n" });
});

/** A process that forks, and has started another one. */
function startParent(): Promise<GuardedProcess> {
  return GuardedProcess.start({
    command: "sh",
    args: ["-c", "sleep 1000 & exec sleep 1000"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    startTimeoutMs: 10_000,
  });
}

async function childOf({ pid }: GuardedProcess): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    if (children !== "") return Number(children);
    await new Promise((done) => setImmediate(done));
  }
}

describe("what a forked process calls its guard", () => {
  it("is ended with it, whatever it is", async () => {
    await using parent = await startParent();
    const pid = await childOf(parent);
    await using socket = await ForkSocket.open(parent);
    const child = socket.expect(OutputLanes.fifos);
    const sockets = [
      say(socket.path, `C ${child.request.token}\n`),
      say(socket.path, `G ${child.request.token} ${parent.pid}\nP ${pid}\n`),
    ];
    const forked = await child.arrived({ timeoutMs: 10_000 });
    await forked.stop();
    expect(await parent.ended).toMatchObject({ signal: "SIGKILL" });
    for (const one of sockets) one.destroy();
  });

  it("is none when it is not of its tree, and is left alone [F47]", async () => {
    await using parent = await startParent();
    const pid = await childOf(parent);
    await using other = await startParent();
    const otherChild = await childOf(other);
    await using socket = await ForkSocket.open(parent);
    const { pid: guardPid } = other.guard;
    for (const told of [process.pid, process.ppid, 1, 0, otherChild, guardPid, parent.guard.pid]) {
      const child = socket.expect(OutputLanes.fifos);
      const taken = say(socket.path, `G ${child.request.token} ${told}\nP ${pid}\n`);
      await once(taken, "close");
      child.abandon();
      taken.destroy();
    }
    expect(await Promise.all([otherChild, guardPid].map(isAlive))).toEqual([true, true]);
  });

  it("comes however many others connect and say nothing [A59]", async () => {
    await using parent = await startParent();
    const pid = await childOf(parent);
    await using socket = await ForkSocket.open(parent);
    const silent = Array.from({ length: 200 }, () => say(socket.path, ""));
    await Promise.all(silent.slice(0, 100).map((one) => once(one, "close")));
    const child = socket.expect(OutputLanes.fifos);
    const sockets = [
      say(socket.path, `C ${child.request.token}\n`),
      say(socket.path, `G ${child.request.token} ${parent.pid}\nP ${pid}\n`),
    ];
    const forked = await child.arrived({ timeoutMs: 10_000 });
    for (const one of [...silent, ...sockets]) one.destroy();
    await forked.stop();
  });

  it.each([process.pid, 0, -1, NaN])(
    "has no worker %d that is not its child [F47]",
    async (told) => {
      await using parent = await startParent();
      await using socket = await ForkSocket.open(parent);
      const child = socket.expect(OutputLanes.fifos);
      const sockets = [
        say(socket.path, `C ${child.request.token}\n`),
        say(socket.path, `G ${child.request.token} ${parent.pid}\nP ${told}\n`),
      ];
      await expect(child.arrived({ timeoutMs: 10_000 })).rejects.toMatchObject({
        code: "worker_start_failed",
        message: "[worker_start_failed] fork of a worker: the guard ended: killed",
      });
      for (const one of sockets) one.destroy();
    },
  );
});

function say(path: string, line: string): Socket {
  const socket = connect(path).on("error", () => {});
  socket.write(line);
  return socket;
}
