import { createInterface } from "node:readline";
import {
  GuardedProcess,
  GuardedWorker,
  type GuardedWorkerOptions,
  OutputLanes,
  type Worker,
  type WorkerEvent,
  type WorkerRequest,
} from "@holdfast/core";
import { Mailbox, buildRequest, expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const start = { sessionId: "s1", env, cwd: "/", startTimeoutMs: 10_000 };

/** Reads lines of a name, two FIFOs and a command; `said NAME` is what its commands tell by descriptor 4. */
const program = `
trap : INT
echo ready >&4
while read -r name out err command <&4; do
  [ "$command" = hang-up ] && exec 4>&- && sleep 1000
  (trap - INT; eval "$command") >"$out" 2>"$err"
  echo "done $name" >&4
done`;

interface TestWorker extends AsyncDisposable {
  readonly worker: GuardedWorker;
  readonly process: GuardedProcess;
  /** Every line that the process said. */
  readonly said: Mailbox<string>;
}

async function openWorker(options: Partial<GuardedWorkerOptions> = {}): Promise<TestWorker> {
  const process = await GuardedProcess.start({
    ...start,
    command: "sh",
    args: ["-c", program],
    fifos: OutputLanes.fifos,
    withChannel: true,
  });
  const { channel } = process;
  if (channel === null) throw new Error("it has no channel");
  const said = new Mailbox<string>();
  const ready = Promise.withResolvers<string>();
  let worker: GuardedWorker | null = null;
  createInterface({ input: channel })
    .on("line", (line) => {
      said.put(line);
      if (line === "ready") ready.resolve("1");
      if (line.startsWith("done ")) worker?.finish(line.slice(5), "ok");
    })
    .on("error", () => {}); // it was killed
  worker = await GuardedWorker.open({
    process,
    start,
    ready: ready.promise,
    features: ["interrupt"],
    run: ({ executionId, code }, { stdoutPath, stderrPath }) =>
      channel.write(`${executionId} ${stdoutPath} ${stderrPath} ${code}\n`),
    ...options,
  });
  await said.take();
  return { worker, process, said, [Symbol.asyncDispose]: async () => void (await worker.stop()) };
}

function run({ worker }: TestWorker, request: Partial<WorkerRequest>) {
  const events: WorkerEvent[] = [];
  const full = buildRequest(request);
  const execution = worker.execute(full, (event) =>
    events.push("bytes" in event ? { ...event, bytes: Buffer.from(event.bytes) } : event),
  );
  return { execution, events, id: full.executionId };
}

describe("GuardedWorker", () => {
  it("tells output, what is told beside it, and the last word in the order in which they came [R1.6]", async () => {
    await using test = await openWorker();
    const input: WorkerEvent = { type: "input_request", prompt: "name? ", password: false };
    const error: WorkerEvent = {
      type: "error",
      name: "e",
      message: "m",
      traceback: [],
      text: "e: m",
    };
    const { execution, events, id } = run(test, { code: "echo one; echo ask >&4; sleep 1000" });
    expect(await test.said.take()).toBe("ask");
    expect(test.worker.tell(id, input)).toBe(true);
    expect(test.worker.finish(id, "error", error)).toBe(true);
    expect(await execution.ended).toEqual({ status: "error", exitCode: null, signal: null });
    expect(events).toEqual([
      { type: "started", pid: test.worker.pid },
      { type: "stdout", bytes: Buffer.from("one\n") },
      input,
      error,
    ]);
  });

  it("tells nothing of an execution that does not run, and ends none but the one that does [F11]", async () => {
    await using test = await openWorker();
    const { execution, events, id } = run(test, { code: "echo up >&4; sleep 1000" });
    expect(await test.said.take()).toBe("up");
    expect(test.worker.finish("another", "ok")).toBe(false);
    const display = { type: "display", mime: {}, displayId: null, update: false } as const;
    expect(test.worker.tell("another", display)).toBe(false);
    expect(test.worker.finish(id, "ok")).toBe(true);
    expect(test.worker.finish(id, "error")).toBe(false);
    expect(await execution.ended).toMatchObject({ status: "ok" });
    expect(events).toEqual([{ type: "started", pid: test.worker.pid }]);
  });

  it("sends an interrupt again until it is taken, and none that an execution ended before [R1.7]", async () => {
    await using test = await openWorker();
    const count = `n=0; trap 'n=$((n+1)); echo "got $n" >&4' INT; echo up >&4; while :; do sleep 0.01; done`;
    const deaf = run(test, { code: count });
    expect(await test.said.take()).toBe("up");
    deaf.execution.interrupt();
    while ((await test.said.take()) !== "got 3");
    test.worker.interruptTaken(deaf.id);
    test.worker.finish(deaf.id, "interrupted");
    expect(await deaf.execution.ended).toMatchObject({ status: "interrupted" });
    deaf.execution.interrupt();
    test.worker.interruptTaken(deaf.id);
  });

  it("refuses input with the reason", async () => {
    await using test = await openWorker();
    const bytes = Buffer.from("x");
    const silent = run(test, { code: "sleep 1000" });
    await expect(silent.execution.write(bytes)).rejects.toThrow("not started with allowInput");
    test.worker.finish(silent.id, "ok");
    await expect(silent.execution.write(bytes)).rejects.toThrow("it has ended");
    await using other = await openWorker();
    const asking = run(other, { code: "sleep 1000", allowInput: true });
    await expect(asking.execution.write(bytes)).rejects.toMatchObject({
      code: "input_not_expected",
      message: expect.stringContaining("its runtime takes none"),
    });
  });

  it("passes input on that its runtime takes", async () => {
    const written: unknown[] = [];
    await using test = await openWorker({
      write: async ({ code }, data, close) => void written.push([code, data.toString(), close]),
    });
    const { execution } = run(test, { code: "sleep 1000", allowInput: true });
    await execution.write(Buffer.from("x"));
    await execution.write(Buffer.from(""), { close: true });
    expect(written).toEqual([
      ["sleep 1000", "x", false],
      ["sleep 1000", "", true],
    ]);
  });

  it("has the methods of further features, and tells by itself that its process lives", async () => {
    const completions = { matches: ["print"], start: 0, end: 3 };
    await using test = await openWorker({ operations: { complete: async () => completions } });
    const worker: Worker = test.worker;
    expect(await worker.complete?.("pri", 3)).toBe(completions);
    expect(await worker.ping?.()).toEqual({ cpuMs: expect.any(Number) });
    expect("checkpoint" in worker).toBe(false);
  });

  it("loses what is run in a process that has ended", async () => {
    await using test = await openWorker();
    await test.worker.stop();
    const { execution } = run(test, { code: "echo x" });
    expect(await execution.ended).toEqual({ status: "lost", exitCode: null, signal: "SIGKILL" });
  });

  it("ends a process that goes on without its channel [F10]", async () => {
    await using test = await openWorker();
    const { execution } = run(test, { code: "hang-up" });
    expect(await execution.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
    expect(await test.worker.exited).toMatchObject({ signal: "SIGKILL" });
  });

  it("leaves nothing behind", async () => {
    const before = holdings();
    {
      await using test = await openWorker();
      const { execution } = run(test, { code: "echo x; sleep 1000 & echo y" });
      await execution.ended;
      await run(test, { code: "echo z" }).execution.ended;
    }
    await expectNoLeaks(before);
  });
});

describe("GuardedWorker.open()", () => {
  const never = new Promise<never>(() => {});
  const open = async (
    script: string,
    options: Partial<typeof start> & { signal?: AbortSignal },
  ) => {
    const process = await GuardedProcess.start({
      ...start,
      command: "sh",
      args: ["-c", script],
      fifos: OutputLanes.fifos,
    });
    const given = { process, start: { ...start, ...options }, ready: never, features: [] };
    return { process, opening: GuardedWorker.open({ ...given, run: () => {} }) };
  };

  it("tells what a process wrote that ended before [F14]", async () => {
    const { opening } = await open("echo no such module >&2; exit 3", {});
    await expect(opening).rejects.toMatchObject({
      code: "worker_start_failed",
      message: "[worker_start_failed] start of a worker for session s1: no such module",
    });
  });

  it.each([
    ["its time is over", "worker_start_failed", { startTimeoutMs: 1 }],
    ["it is not wanted any more", "cancelled", { signal: AbortSignal.abort() }],
  ] as const)("ends the process when %s", async (_why, code, options) => {
    const { process, opening } = await open("sleep 1000", options);
    await expect(opening).rejects.toMatchObject({ code });
    expect(process.hasEnded).toBe(true);
  });
});
