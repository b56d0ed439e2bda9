import type { BackgroundExecution, Runtime, WarmWorker } from "@holdfast/core";
import { altered, runSecretly, withWorkerChanges } from "./altered.ts";
import type { Fault } from "./fault.ts";

/** Alters background executions. */
function withBackground(
  runtime: Runtime,
  change: (background: BackgroundExecution) => Parameters<typeof altered<BackgroundExecution>>[1],
): Runtime {
  return withWorkerChanges(runtime, (worker) => ({
    executeInBackground: async (request, tell) => {
      const background = await worker.executeInBackground!(request, tell);
      return altered(background, change(background));
    },
  }));
}

/** Alters warm workers. */
function withWarm(
  runtime: Runtime,
  change: (warm: WarmWorker) => Parameters<typeof altered<WarmWorker>>[1],
): Runtime {
  return altered(runtime, {
    warm: async (options) => {
      const warm = await runtime.warm!(options);
      return altered(warm, change(warm));
    },
  });
}

export const processFaults: readonly Fault[] = [
  {
    name: "says that background executions are its own process",
    fails: ["executeInBackground() runs beside the foreground"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        executeInBackground: async (request, tell) =>
          altered(await worker.executeInBackground!(request, tell), { pid: worker.pid }),
      })),
  },
  {
    name: "runs background executions without the session's state",
    fails: ["a background execution has the session's state"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        executeInBackground: (request, tell) =>
          worker.executeInBackground!({ ...request, code: `unset kept\n${request.code}` }, tell),
      })),
  },
  {
    name: "gives the session what a background execution did",
    fails: ["a background execution has the session's state"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        executeInBackground: async (request, tell) => {
          const background = await worker.executeInBackground!(request, tell);
          await runSecretly(worker, request.code);
          return background;
        },
      })),
  },
  {
    name: "says that all background executions end with 0",
    fails: ["a background execution ends with its exit code"],
    broken: (runtime) =>
      withBackground(runtime, ({ ended }) => ({
        ended: ended.then((outcome) => ({ ...outcome, exitCode: 0 })),
      })),
  },
  {
    name: "does not kill background executions",
    neverComes: true,
    fails: ["a background execution can be killed as soon"],
    broken: (runtime) => withBackground(runtime, () => ({ kill: () => {} })),
  },
  {
    name: "runs background executions in a worker that stays",
    fails: ["a background execution ends with its worker"],
    broken: (runtime, atEnd) =>
      withWorkerChanges(runtime, (_, options) => ({
        executeInBackground: async (request, tell) => {
          const hidden = await runtime.start(options);
          atEnd(() => hidden.stop());
          return hidden.executeInBackground!(request, tell);
        },
      })),
  },
  {
    name: "starts another process where a warm one is assigned",
    fails: ["warm() gives a process that becomes the worker", "a warm worker that dies says so"],
    broken: (runtime) => withWarm(runtime, () => ({ assign: (options) => runtime.start(options) })),
  },
  {
    name: "does not stop warm workers that nobody takes",
    fails: ["a warm worker that nobody takes is stopped"],
    broken: (runtime, atEnd) =>
      withWarm(runtime, (warm) => {
        atEnd(() => warm.stop());
        const exit = { exitCode: null, signal: null, stderrTail: "" };
        return { stop: async () => ({ step: "kill", exit, killedProcesses: 0 }) };
      }),
  },
];
