import type { BackgroundExecution, Worker, WorkerEvent, WorkerRequest } from "@holdfast/core";
import { expect } from "vitest";
import { buildRequest } from "../../build/build-request.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

const features = ["background"] as const;

interface Background {
  readonly execution: BackgroundExecution;
  readonly events: readonly WorkerEvent[];
  text(): string;
  readonly firstOutput: Promise<unknown>;
}

async function inBackground(worker: Worker, request: Partial<WorkerRequest>): Promise<Background> {
  const events: WorkerEvent[] = [];
  const first = Promise.withResolvers<unknown>();
  const execution = await featureMethod(worker, "executeInBackground")(
    buildRequest(request),
    (event) => {
      const isOutput = event.type === "stdout" || event.type === "stderr";
      events.push(isOutput ? { ...event, bytes: Buffer.from(event.bytes) } : event);
      if (isOutput) first.resolve(null);
    },
  );
  void execution.ended.then(first.resolve);
  const text = () =>
    Buffer.concat(
      events.flatMap((event) => (event.type === "stdout" ? [event.bytes] : [])),
    ).toString();
  return { execution, events, text, firstOutput: first.promise };
}

export const backgroundCases = contractTopic("background executions", [
  contractCase(
    "executeInBackground() runs beside the foreground, a process of its own [R4.2]",
    { features, abilities: ["runForever"] },
    async ({ start, output, soon, language }) => {
      const worker = await start();
      const { execution, events, firstOutput } = await soon(
        inBackground(worker, { code: language.runForever }),
        "executeInBackground()",
      );
      await soon(firstOutput, "output");
      await expect(output(worker, language.print("beside"))).resolves.toBe("beside");
      expect(isRunning(execution.pid)).toBe(true);
      expect(execution.pid).not.toBe(worker.pid);
      expect(events[0]).toEqual({ type: "started", pid: execution.pid });
    },
  ),
  contractCase(
    "a background execution has output of its own, exactly [R4.5]",
    { features },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const background = await soon(
        inBackground(worker, { code: language.print("behind ä") }),
        "executeInBackground()",
      );
      const ran = run(worker, language.print("in front"));
      await ran.ended;
      await expect(soon(background.execution.ended, "its end")).resolves.toMatchObject({
        status: "ok",
      });
      expect([background.text(), ran.text("stdout")]).toEqual(["behind ä", "in front"]);
    },
  ),
  contractCase(
    "a background execution has the session's state, and gives none back [R4.2]",
    { features, abilities: ["remember", "recall"] },
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const code = `${language.recall("kept")}\n${language.remember("kept", "2")}`;
      const background = await soon(inBackground(worker, { code }), "executeInBackground()");
      await soon(background.execution.ended, "its end");
      expect(background.text()).toBe("1");
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
    },
  ),
  contractCase(
    "a background execution ends with its exit code [R4.3]",
    { features, abilities: ["exit"] },
    async ({ start, output, soon, language }) => {
      const worker = await start();
      const background = await soon(
        inBackground(worker, { code: language.exit(3) }),
        "executeInBackground()",
      );
      await expect(soon(background.execution.ended, "its end")).resolves.toMatchObject({
        exitCode: 3,
        signal: null,
      });
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "a background execution can be killed as soon as it is there [R4.4]",
    { features, abilities: ["sleepForever"] },
    async ({ start, soon, language }) => {
      const worker = await start();
      const { execution } = await soon(
        inBackground(worker, { code: language.sleepForever }),
        "executeInBackground()",
      );
      execution.kill("SIGKILL");
      await expect(soon(execution.ended, "its end")).resolves.toEqual({
        status: "lost",
        exitCode: null,
        signal: "SIGKILL",
      });
      expect(isRunning(execution.pid)).toBe(false);
      expect(isRunning(worker.pid)).toBe(true);
    },
  ),
  contractCase(
    "stop() of a background execution takes its daemons, and leaves the foreground [A28]",
    { features, abilities: ["startDaemon", "sleepForever", "runForever"] },
    async ({ start, run, soon, eventually, language }) => {
      const worker = await start();
      const foreground = run(worker, language.runForever);
      await foreground.firstOutput;
      const code = `${language.startDaemon}\n${language.sleepForever}`;
      const background = await soon(inBackground(worker, { code }), "executeInBackground()");
      await eventually(() => background.text().endsWith("ready"), "output");
      const daemon = Number.parseInt(background.text(), 10);
      expect(isRunning(daemon)).toBe(true);
      await soon(background.execution.stop(), "stop()");
      expect([isRunning(daemon), isRunning(background.execution.pid)]).toEqual([false, false]);
      expect(isRunning(worker.pid)).toBe(true);
    },
  ),
  contractCase(
    "a background execution ends with its worker [R4.2]",
    { features, abilities: ["sleepForever"] },
    async ({ start, soon, language }) => {
      const worker = await start();
      const { execution } = await soon(
        inBackground(worker, { code: language.sleepForever }),
        "executeInBackground()",
      );
      await soon(worker.stop(), "stop()");
      expect(isRunning(execution.pid)).toBe(false);
      await expect(soon(execution.ended, "its end")).resolves.toMatchObject({ status: "lost" });
    },
  ),
]);
