import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Feature,
  HoldfastError,
  type Runtime,
  type Worker,
  type WorkerEvent,
  type WorkerExecution,
  type WorkerOutcome,
  type WorkerRequest,
} from "@holdfast/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildRequest } from "../build/build-request.ts";
import { type Holdings, expectNoLeaks, holdings } from "../leaks/leak-check.ts";
import { isRunning } from "../leaks/process-tree.ts";
import type { WorkerLanguage } from "./worker-language.ts";

/** What the suite must know of a runtime. */
export interface WorkerContractOptions {
  readonly language: WorkerLanguage;
  /** What its workers can do; the tests of other features are left out, and a worker that says otherwise fails. */
  readonly features: readonly Feature[];
  /** The workers' environment. @default `PATH`, `HOME` and `LANG` of this process */
  readonly env?: Readonly<Record<string, string>>;
  /** How often a start and its end are repeated in the leak test. @default 5 */
  readonly cycles?: number;
}

/**
 * The suite that every runtime passes, whatever its language: what {@link Worker} promises, as tests. Call it at the top
 * of a test file. It needs real processes and Linux.
 */
export function describeWorkerContract(runtime: Runtime, options: WorkerContractOptions): void {
  const { language, features, cycles = 5 } = options;
  const env = options.env ?? inherited();
  let directory: string;
  const workers: Worker[] = [];

  async function start(
    changes: { readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Worker> {
    const worker = await runtime.start({
      sessionId: "contract",
      env: { ...env, ...changes.env },
      cwd: directory,
      startTimeoutMs: 30_000,
    });
    workers.push(worker);
    return worker;
  }

  describe(`worker contract: ${runtime.name}`, { timeout: 60_000 }, () => {
    beforeAll(async () => {
      directory = realpathSync(mkdtempSync(join(tmpdir(), "contract-")));
      // What a runtime keeps for all its workers is there from now on.
      await (await start()).stop();
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    });
    afterAll(async () => {
      await runtime.close?.();
      rmSync(directory, { recursive: true, force: true });
    });

    test("inspect() finds the runtime and tells its features", async () => {
      const info = await runtime.inspect();
      expect(info).toMatchObject({
        name: runtime.name,
        isAvailable: true,
        features: expect.arrayContaining([...features]),
      });
    });

    test("start() gives a ready worker with a pid, a version and the features that were named", async () => {
      const worker = await start();
      expect(isRunning(worker.pid)).toBe(true);
      expect(worker.version).not.toBe("");
      expect([...worker.features].toSorted()).toEqual([...features].toSorted());
    });

    test("start() refuses a directory that is not there", async () => {
      const starting = runtime.start({
        sessionId: "contract",
        env,
        cwd: join(directory, "none"),
        startTimeoutMs: 30_000,
      });
      await expect(starting).rejects.toBeInstanceOf(HoldfastError);
    });

    test("start() is given up when its signal aborts, and nothing is left", async () => {
      const before = holdings();
      const starting = runtime.start({
        sessionId: "contract",
        env,
        cwd: directory,
        startTimeoutMs: 30_000,
        signal: AbortSignal.abort(),
      });
      await expect(starting).rejects.toMatchObject({ code: "cancelled" });
      await expectNoLeaks(before, { timeoutMs: 10_000 });
    });

    test.for(["stdout", "stderr"] as const)(
      "execute() delivers %s exactly before it ends [R1.6]",
      async (stream) => {
        const run = runOn(await start(), { code: language.print("a 'b' \\ ä\n\n c", stream) });
        const outcome = await run.execution.ended;
        expect(outcome).toMatchObject({ status: "ok" });
        expect(run.text(stream)).toBe("a 'b' \\ ä\n\n c");
        expect(run.text(stream === "stdout" ? "stderr" : "stdout")).toBe("");
      },
    );

    test("execute() tells that it has started, with a pid, before anything else", async () => {
      const run = runOn(await start(), { code: language.print("x", "stdout") });
      await run.execution.ended;
      expect(run.events[0]).toEqual({ type: "started", pid: expect.any(Number) });
    });

    test("execute() delivers 8 MiB without losing a byte [R4.1]", async () => {
      const run = runOn(await start(), { code: language.printZeros(8 << 20) });
      await run.execution.ended;
      expect(run.bytes("stdout")).toHaveLength(8 << 20);
    });

    test("pause() makes the code wait, and resume() delivers the rest", async () => {
      const run = runOn(await start(), {
        code: language.printZeros(8 << 20),
        pauseAfterFirst: true,
      });
      await run.firstOutput;
      expect(run.bytes("stdout").length).toBeLessThan(8 << 20);
      run.execution.resume();
      await run.execution.ended;
      expect(run.bytes("stdout")).toHaveLength(8 << 20);
    });

    test("execute() finds the state that the last execution left [R3.1]", async () => {
      const worker = await start();
      await runOn(worker, { code: language.remember("kept", "one two") }).execution.ended;
      await expect(output(worker, { code: language.recall("kept") })).resolves.toBe("one two");
    });

    test("two workers see nothing of each other's state [R3.3]", async () => {
      const [one, two] = await Promise.all([start(), start()]);
      await runOn(one, { code: language.remember("kept", "mine") }).execution.ended;
      await expect(output(two, { code: language.recall("kept") })).resolves.toBe("");
    });

    test("a worker has no environment but what it was given [A04]", async () => {
      process.env["CONTRACT_SECRET"] = "secret";
      try {
        const worker = await start({ env: { CONTRACT_GIVEN: "given" } });
        await expect(
          output(worker, { code: language.printEnvironment("CONTRACT_GIVEN") }),
        ).resolves.toBe("given");
        await expect(
          output(worker, { code: language.printEnvironment("CONTRACT_SECRET") }),
        ).resolves.toBe("");
      } finally {
        delete process.env["CONTRACT_SECRET"];
      }
    });

    test("execute() gives variables to one execution alone", async () => {
      const worker = await start();
      const code = language.printEnvironment("CONTRACT_ONCE");
      await expect(output(worker, { code, env: { CONTRACT_ONCE: "once" } })).resolves.toBe("once");
      await expect(output(worker, { code })).resolves.toBe("");
    });

    test("execute() runs in a directory for one execution alone", async () => {
      const worker = await start();
      await expect(output(worker, { code: language.printDirectory, cwd: "/" })).resolves.toBe("/");
      await expect(output(worker, { code: language.printDirectory })).resolves.toBe(directory);
    });

    test.for(["fail", "invalid"] as const)(
      "execute() tells a failure and goes on: %s",
      async (kind) => {
        const worker = await start();
        const outcome = await runOn(worker, { code: language[kind] }).execution.ended;
        expect(
          outcome.status === "error" || (outcome.status === "ok" && outcome.exitCode !== 0),
        ).toBe(true);
        await expect(output(worker, { code: language.print("on", "stdout") })).resolves.toBe("on");
      },
    );

    test("standard input is empty when none is given [F17]", async () => {
      await expect(output(await start(), { code: language.echoInput })).resolves.toBe("");
    });

    if (features.includes("stdin"))
      test("standard input is what was given, then ends", async () => {
        const stdin = Buffer.from("one\ntwo");
        await expect(output(await start(), { code: language.echoInput, stdin })).resolves.toBe(
          "one\ntwo",
        );
      });

    if (features.includes("interrupt"))
      test("interrupt() ends what runs and keeps the state [R1.7]", async () => {
        const worker = await start();
        await runOn(worker, { code: language.remember("kept", "still") }).execution.ended;
        const run = runOn(worker, { code: language.runForever });
        await run.firstOutput;
        run.execution.interrupt();
        await expect(run.execution.ended).resolves.toMatchObject({ status: "interrupted" });
        await expect(output(worker, { code: language.recall("kept") })).resolves.toBe("still");
      });

    test("interrupt() after the end does nothing", async () => {
      const worker = await start();
      const run = runOn(worker, { code: language.print("x", "stdout") });
      await run.execution.ended;
      run.execution.interrupt();
      await expect(output(worker, { code: language.print("on", "stdout") })).resolves.toBe("on");
    });

    test.for([
      [
        "with a code",
        (): string => language.exit(42),
        { status: "lost", exitCode: 42, signal: null },
      ],
      [
        "by a signal",
        (): string => language.killSelf,
        { status: "lost", exitCode: null, signal: "SIGKILL" },
      ],
    ] as const)("the end of the process %s is told truthfully [F14]", async ([, code, outcome]) => {
      const worker = await start();
      const run = runOn(worker, { code: code() });
      await expect(run.execution.ended).resolves.toEqual(outcome);
      await expect(worker.exited).resolves.toMatchObject({
        exitCode: outcome.exitCode,
        signal: outcome.signal,
      });
    });

    test("an execution that closes its output ends, and the next one has output again [F12]", async () => {
      const worker = await start();
      await runOn(worker, { code: language.closeOutput }).execution.ended;
      await expect(output(worker, { code: language.print("back", "stdout") })).resolves.toBe(
        "back",
      );
    });

    test("stop() takes what runs with it, and what was started by it: daemons too [A28]", async () => {
      const worker = await start();
      const daemon = Number(await output(worker, { code: language.startDaemon }));
      expect(isRunning(daemon)).toBe(true);
      const run = runOn(worker, { code: language.runForever });
      await run.firstOutput;
      await worker.stop();
      await expect(run.execution.ended).resolves.toMatchObject({ status: "lost" });
      expect(isRunning(daemon)).toBe(false);
      expect(isRunning(worker.pid)).toBe(false);
    });

    test("stop() may be called again and answers the same", async () => {
      const worker = await start();
      const [one, two] = await Promise.all([worker.stop(), worker.stop()]);
      expect(two.exit).toEqual(one.exit);
    });

    if (features.includes("background"))
      test("executeInBackground() runs beside the foreground and can be killed at once [R4.2]", async () => {
        const worker = await start();
        const events: WorkerEvent[] = [];
        const background = await worker.executeInBackground?.(
          buildRequest({ code: language.runForever }),
          (event) => events.push(event),
        );
        if (background === undefined)
          throw new Error("the feature was declared, the method is not there");
        await expect(output(worker, { code: language.print("beside", "stdout") })).resolves.toBe(
          "beside",
        );
        expect(isRunning(background.pid)).toBe(true);
        await background.stop();
        await expect(background.ended).resolves.toMatchObject({ signal: "SIGKILL" });
        expect(isRunning(background.pid)).toBe(false);
      });

    test(`${cycles} starts and stops leave nothing behind [R2.7]`, async () => {
      await (await start()).stop(); // what a first start opens for good is no leak
      const before: Holdings = holdings();
      for (let i = 0; i < cycles; i++) {
        const worker = await start();
        await output(worker, { code: language.print("x", "stdout") });
        await worker.stop();
      }
      await expectNoLeaks(before, { timeoutMs: 10_000 });
    });
  });
}

/** One execution with all it told; output is copied as it comes. */
interface Run {
  readonly execution: WorkerExecution;
  readonly events: readonly WorkerEvent[];
  /** Settles with the first output, or with the end. */
  readonly firstOutput: Promise<unknown>;
  bytes(stream: "stdout" | "stderr"): Buffer;
  text(stream: "stdout" | "stderr"): string;
}

function runOn(
  worker: Worker,
  options: Partial<WorkerRequest> & { readonly pauseAfterFirst?: boolean },
): Run {
  const { pauseAfterFirst = false, ...request } = options;
  const events: WorkerEvent[] = [];
  const first = Promise.withResolvers<WorkerOutcome | null>();
  const execution = worker.execute(buildRequest(request), (event) => {
    const isOutput = event.type === "stdout" || event.type === "stderr";
    events.push(isOutput ? { ...event, bytes: Buffer.from(event.bytes) } : event);
    if (!isOutput) return;
    if (pauseAfterFirst && events.filter(({ type }) => type === event.type).length === 1)
      execution.pause();
    first.resolve(null);
  });
  void execution.ended.then(first.resolve);
  const bytes = (stream: "stdout" | "stderr") =>
    Buffer.concat(events.flatMap((event) => (event.type === stream ? [event.bytes] : [])));
  return {
    execution,
    events,
    firstOutput: first.promise,
    bytes,
    text: (stream) => bytes(stream).toString(),
  };
}

async function output(worker: Worker, request: Partial<WorkerRequest>): Promise<string> {
  const run = runOn(worker, request);
  await run.execution.ended;
  return run.text("stdout");
}

function inherited(): Readonly<Record<string, string>> {
  const names = ["PATH", "HOME", "LANG"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
