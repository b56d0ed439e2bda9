import type {
  Runtime,
  Worker,
  WorkerEventListener,
  WorkerExecution,
  WorkerOutcome,
  WorkerRequest,
  WorkerStartOptions,
} from "@holdfast/core";
import { buildRequest } from "@holdfast/harness";

/** The same thing, but for what is given; what is given as `undefined` is not there. */
export function altered<T extends object>(
  target: T,
  changes: { readonly [Key in keyof T]?: T[Key] | undefined },
): T {
  return new Proxy(target, {
    get(one, key) {
      if (key in changes) return changes[key as keyof T];
      const value: unknown = Reflect.get(one, key, one);
      return typeof value === "function" ? (value.bind(one) as unknown) : value;
    },
  });
}

/** Alters what workers are started with, also warm and forked ones. */
export function withStartOptions(
  runtime: Runtime,
  change: (options: WorkerStartOptions) => WorkerStartOptions,
): Runtime {
  return altered(runtime, {
    start: (options) => runtime.start(change(options)),
    warm: async (options) => {
      const warm = (await runtime.warm?.(options)) as NonNullable<
        Awaited<ReturnType<NonNullable<Runtime["warm"]>>>
      >;
      return altered(warm, { assign: (start) => warm.assign(change(start)) });
    },
  });
}

/** Alters workers, also those that were forked. */
export function withWorkers(
  runtime: Runtime,
  change: (worker: Worker, options: WorkerStartOptions) => Worker,
): Runtime {
  const changed = (worker: Worker, options: WorkerStartOptions): Worker => {
    if (worker.fork === undefined) return change(worker, options);
    const forking = altered(worker, {
      fork: async (start) => {
        const report = await worker.fork!(start);
        return { ...report, worker: changed(report.worker, start) };
      },
    });
    return change(forking, options);
  };
  return altered(runtime, {
    start: async (options) => changed(await runtime.start(options), options),
  });
}

/** Alters single methods and properties of workers. */
export function withWorkerChanges(
  runtime: Runtime,
  change: (worker: Worker, options: WorkerStartOptions) => Parameters<typeof altered<Worker>>[1],
): Runtime {
  return withWorkers(runtime, (worker, options) => altered(worker, change(worker, options)));
}

/** Alters requests of executions. */
export function withRequests(
  runtime: Runtime,
  change: (request: WorkerRequest, worker: Worker) => WorkerRequest,
): Runtime {
  return withWorkerChanges(runtime, (worker) => ({
    execute: (request, onEvent) => worker.execute(change(request, worker), onEvent),
    executeInBackground:
      worker.executeInBackground &&
      ((request, onEvent) => worker.executeInBackground!(change(request, worker), onEvent)),
  }));
}

/** Alters code, likewise. */
export function withCode(runtime: Runtime, change: (code: string) => string): Runtime {
  return withRequests(runtime, (request) => ({ ...request, code: change(request.code) }));
}

/** Puts something between a worker and the listener of each execution. */
export function withEvents(
  runtime: Runtime,
  listen: (tell: WorkerEventListener, request: WorkerRequest) => WorkerEventListener,
): Runtime {
  return withWorkerChanges(runtime, (worker) => ({
    execute: (request, onEvent) => worker.execute(request, listen(onEvent, request)),
    executeInBackground:
      worker.executeInBackground &&
      ((request, onEvent) => worker.executeInBackground!(request, listen(onEvent, request))),
  }));
}

/** Alters single methods of executions in the foreground. */
export function withExecutions(
  runtime: Runtime,
  change: (
    execution: WorkerExecution,
    about: {
      readonly request: WorkerRequest;
      readonly worker: Worker;
      readonly tell: WorkerEventListener;
    },
  ) => Parameters<typeof altered<WorkerExecution>>[1],
): Runtime {
  return withWorkerChanges(runtime, (worker) => ({
    execute: (request, tell) => {
      const execution = worker.execute(request, tell);
      return altered(execution, change(execution, { request, worker, tell }));
    },
  }));
}

/** Alters the ends of executions in the foreground. */
export function withOutcomes(
  runtime: Runtime,
  change: (
    outcome: WorkerOutcome,
    about: {
      readonly request: WorkerRequest;
      readonly worker: Worker;
      readonly tell: WorkerEventListener;
    },
  ) => WorkerOutcome | Promise<WorkerOutcome>,
): Runtime {
  return withExecutions(runtime, (execution, about) => {
    const ended = execution.ended.then((outcome) => change(outcome, about));
    return { ended };
  });
}

/** Runs something that nobody asked for. */
export async function runSecretly(worker: Worker, code: string): Promise<void> {
  await worker.execute(buildRequest({ code }), () => {}).ended;
}

/** A promise that nothing settles. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
