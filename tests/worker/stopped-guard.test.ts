import { type ChildProcess, spawn } from "node:child_process";
import { type Socket, connect } from "node:net";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { ForkSocket, GuardedProcess, OutputLanes, type Runtime } from "@holdfast/core";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";
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

it("what a forked process calls its guard is ended with it, whatever it is", async () => {
  await using parent = await GuardedProcess.start({
    command: "sleep",
    args: ["1000"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    startTimeoutMs: 10_000,
  });
  await using socket = await ForkSocket.open(parent);
  const child = socket.expect(OutputLanes.fifos);
  const pretended: ChildProcess = spawn("sleep", ["1000"], { stdio: "ignore" });
  const pid = pretended.pid as number;
  const sockets = [
    say(socket.path, `C ${child.request.token}\n`),
    say(socket.path, `G ${child.request.token} ${pid}\nP ${pid}\n`),
  ];
  const forked = await child.arrived({ timeoutMs: 10_000 });
  await forked.stop();
  await expect(isAlive(pid)).resolves.toBe(false);
  for (const one of sockets) one.destroy();
});

function say(path: string, line: string): Socket {
  const socket = connect(path).on("error", () => {});
  socket.write(line);
  return socket;
}
