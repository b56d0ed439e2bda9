import { execFileSync } from "node:child_process";
import {
  GuardedProcess,
  type HostMessage,
  OutputLanes,
  StreamChannel,
  type WorkerMessage,
  workerMessageSchema,
} from "@holdfast/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { buildHostMessage, buildWorkerMessage } from "../build/build-message.ts";
import { buildRawFrame } from "../build/build-frame.ts";
import { isStopped } from "../faults/process-fault.ts";
import { expectNoLeaks, holdings } from "../leaks/leak-check.ts";
import { eventually } from "../wait/eventually.ts";
import { Mailbox } from "../wait/mailbox.ts";
import { ScriptedWorker, type ScriptedWorkerOptions } from "./scripted-worker.ts";
import { type WorkerStep, scriptedCode } from "./worker-step.ts";

async function startWorker(options: ScriptedWorkerOptions = {}) {
  const scripted = new ScriptedWorker(options);
  onTestFinished(() => scripted[Symbol.dispose]());
  const process = await GuardedProcess.start({
    command: scripted.executable,
    args: ["whatever", "an adapter gives"],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    fifos: OutputLanes.fifos,
    withChannel: true,
    startTimeoutMs: 10_000,
  });
  onTestFinished(async () => void (await process.stop()));
  if (process.channel === null) throw new Error("it has no channel");
  const channel = new StreamChannel<HostMessage, typeof workerMessageSchema>({
    stream: process.channel,
    schema: workerMessageSchema,
  });
  const lanes = new OutputLanes(process);
  onTestFinished(() => lanes.close());
  const received = new Mailbox<WorkerMessage>();
  channel.onMessage((message) => received.put(message));
  const next = async () => (await received.take()) as Record<string, unknown>;
  const output: string[] = [];
  lanes.listen((stream, bytes) => output.push(`${stream}: ${bytes.toString()}`));
  const execute = async (...steps: readonly WorkerStep[]) => {
    const { stdoutPath, stderrPath } = lanes;
    const code = scriptedCode(...steps);
    await channel.send(buildHostMessage("execute", { code, stdoutPath, stderrPath }));
    expect(await next()).toMatchObject({ type: "started" });
  };
  return { scripted, process, channel, lanes, next, output, execute };
}

describe("ScriptedWorker", () => {
  test("answers by itself what every worker answers, and refuses the rest [R9.2]", async () => {
    const { scripted, channel, next } = await startWorker({ runtime: "mine", features: ["fork"] });
    await channel.send(buildHostMessage("hello"));
    expect(await next()).toMatchObject({ type: "ready", runtime: "mine", features: ["fork"] });
    await channel.send(buildHostMessage("ping"));
    expect(await next()).toMatchObject({ type: "heartbeat", requestId: "r1" });
    await channel.send(buildHostMessage("checkpoint"));
    expect(await next()).toMatchObject({ type: "refused", code: "feature_unsupported" });
    expect(scripted.received.map(({ type }) => type)).toEqual(["hello", "ping", "checkpoint"]);
  });

  test("answers what its script says, with the id of the request [R9.2]", async () => {
    const done: WorkerStep = { type: "send", message: buildWorkerMessage("done") };
    const { channel, next } = await startWorker({ answers: { set_variable: [done] } });
    await channel.send(buildHostMessage("set_variable", { requestId: "q7" }));
    expect(await next()).toEqual({ type: "done", requestId: "q7" });
  });

  test("executes steps: prints, keeps and recalls, sends, and ends `ok` [R9.2]", async () => {
    const { lanes, next, output, execute } = await startWorker();
    await execute(
      { type: "keep", text: "state" },
      { type: "print", text: "out" },
      { type: "print", text: "err", stream: "stderr" },
      { type: "send", message: buildWorkerMessage("display", { executionId: "other" }) },
      { type: "send_as_is", message: buildWorkerMessage("display", { executionId: "other" }) },
    );
    expect(await next()).toMatchObject({ type: "display", executionId: "x1" });
    expect(await next()).toMatchObject({ type: "display", executionId: "other" });
    expect(await next()).toMatchObject({ type: "completed", status: "ok" });
    lanes.drain();
    await execute({ type: "recall" });
    await next();
    lanes.drain();
    expect(output.toSorted()).toEqual(["stderr: err", "stdout: out", "stdout: state"]);
  });

  test("asks for input, and prints the reply", async () => {
    const { channel, lanes, next, output, execute } = await startWorker();
    await execute({ type: "ask", prompt: "name? " });
    const { requestId, ...asked } = await next();
    expect(asked).toMatchObject({ type: "input_request", prompt: "name? ", password: false });
    await channel.send({ type: "input_reply", requestId: String(requestId), data: "Ada" });
    expect(await next()).toMatchObject({ type: "completed" });
    lanes.drain();
    expect(output).toEqual(["stdout: Ada"]);
  });

  test("is interrupted while it waits", async () => {
    const { process, next, execute } = await startWorker();
    await execute({ type: "wait", ms: 1_000_000 });
    process.signal("SIGINT");
    expect(await next()).toMatchObject({ type: "completed", status: "interrupted" });
  });

  test("tells what is wrong with its script as the error of the execution", async () => {
    const { next, execute } = await startWorker();
    await execute({ type: "dance" } as never);
    const error = { type: "error", message: expect.stringContaining('step {"type":"dance"}') };
    expect(await next()).toMatchObject(error);
    expect(await next()).toMatchObject({ type: "completed", status: "error" });
  });

  test("sends bytes that are no frame, whole before it exits [F07]", async () => {
    const { process, channel, execute } = await startWorker();
    const bytes = buildRawFrame(Buffer.alloc(1 << 20), { flags: 0x80 });
    await execute({ type: "send_bytes", bytes }, { type: "exit", exitCode: 7 });
    expect((await channel.closed)?.code).toBe("frame_invalid");
    expect(await process.ended).toMatchObject({ exitCode: 7 });
  });

  test("hangs: it lives, and answers nothing [F06]", async () => {
    const { scripted, process, channel, execute } = await startWorker();
    await execute({ type: "hang" });
    await channel.send(buildHostMessage("ping"));
    process.signal("SIGINT");
    await eventually(() => scripted.received.at(-1)?.type === "ping", { what: "the ping" });
    expect(process.hasEnded).toBe(false);
  });

  test("closes its channel and lives on [F10]", async () => {
    const { process, channel, execute } = await startWorker();
    await execute({ type: "close" });
    expect(await channel.closed).toBeNull();
    expect(process.hasEnded).toBe(false);
  });

  test("signals itself: SIGSTOP halts it, SIGKILL ends it [F01] [F02]", async () => {
    const { process, execute } = await startWorker();
    await execute(
      { type: "signal", signal: "SIGSTOP" },
      { type: "wait", ms: 1 },
      { type: "signal", signal: "SIGKILL" },
    );
    await eventually(() => isStopped(process.pid), { what: "the halt" });
    process.signal("SIGCONT");
    expect(await process.ended).toMatchObject({ signal: "SIGKILL" });
  });

  test("prints what it is when it is started without a channel", () => {
    using scripted = new ScriptedWorker({ about: (executable) => `it's ${executable}\n` });
    const printed = execFileSync(scripted.executable, ["--version"], { encoding: "utf8" });
    expect(printed).toBe(`it's ${scripted.executable}\n`);
    using silent = new ScriptedWorker();
    expect(execFileSync(silent.executable, { encoding: "utf8" })).toBe("");
  });

  test("ends with its channel, and leaves nothing [R9.6]", async () => {
    const before = holdings();
    {
      using scripted = new ScriptedWorker();
      await using process = await GuardedProcess.start({
        command: scripted.executable,
        env: {},
        cwd: "/",
        withChannel: true,
        startTimeoutMs: 10_000,
      });
      process.channel?.end();
      expect(await process.ended).toMatchObject({ exitCode: 0 });
      expect(scripted.received).toEqual([]);
    }
    await expectNoLeaks(before);
  });
});
