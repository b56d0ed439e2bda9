import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldfastError, type Runtime, type Worker } from "@holdfast/core";
import { altered, withCode, withStartOptions, withWorkerChanges } from "./altered.ts";
import type { Fault } from "./fault.ts";

export const startFaults: readonly Fault[] = [
  {
    name: "does not tell of all its features",
    fails: ["inspect() finds the runtime"],
    broken: (runtime) =>
      altered(runtime, {
        inspect: async () => {
          const info = await runtime.inspect();
          return info.isAvailable ? { ...info, features: info.features.slice(1) } : info;
        },
      }),
  },
  {
    name: "gives workers a feature that was not declared",
    fails: ["start() gives a worker"],
    broken: (runtime) =>
      withWorkerChanges(runtime, ({ features }) => ({
        features: new Set([...features, "completion"]),
      })),
  },
  {
    name: "has methods of features that it lacks",
    base: "plain",
    fails: ["background", "checkpoint", "fork", "namespace", "completion"].map(
      (feature) => `a worker without the feature ${feature} `,
    ),
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        executeInBackground: async (request, onEvent) =>
          altered(worker.execute(request, onEvent) as never, { pid: worker.pid } as never),
        checkpoint: async () => ({ format: "none", skipped: [] }),
        restore: async () => ({ skipped: [] }),
        fork: async () => ({ worker, skipped: [] }),
        variables: async () => [],
        setVariable: async () => {},
        deleteVariables: async () => {},
        complete: async () => ({ matches: [], start: 0, end: 0 }),
        inspect: async () => null,
      })),
  },
  {
    name: "starts elsewhere where its directory is missing",
    fails: ["start() refuses a directory", "assign() to a directory that is not there"],
    broken: (runtime) =>
      withStartOptions(runtime, (options) => ({
        ...options,
        cwd: existsSync(options.cwd) ? options.cwd : "/",
      })),
  },
  {
    name: "starts in the root",
    fails: [
      "a worker starts in the directory",
      "two workers see nothing of each other's environment",
      "a warm worker has the environment and the directory",
    ],
    broken: (runtime) => withStartOptions(runtime, (options) => ({ ...options, cwd: "/" })),
  },
  {
    name: "cannot be cancelled while it starts",
    fails: [
      "start() with a signal that has aborted",
      "start() is cancelled by a signal",
      "warm() with a signal that has aborted",
    ],
    broken: (runtime) =>
      altered(runtime, {
        start: (options) => runtime.start({ ...options, signal: new AbortController().signal }),
        warm: (options) => runtime.warm!({ ...options, signal: new AbortController().signal }),
      }),
  },
  {
    name: "leaves a folder behind where a start fails",
    neverComes: true,
    fails: [
      "start() refuses a directory",
      "start() with a signal that has aborted",
      "start() is cancelled by a signal",
    ],
    broken: (runtime, atEnd) =>
      altered(runtime, {
        start: (options) =>
          runtime.start(options).catch((error: unknown) => {
            const folder = mkdtempSync(join(tmpdir(), `holdfast-${process.pid}-`));
            atEnd(() => rmSync(folder, { recursive: true }));
            throw error;
          }),
      }),
  },
  {
    name: "ends workers when the signal of their start aborts later",
    fails: ["start() lets go of its signal"],
    broken: (runtime) =>
      altered(runtime, {
        start: async (options) => {
          const worker = await runtime.start(options);
          options.signal?.addEventListener("abort", () => process.kill(worker.pid, "SIGKILL"));
          return worker;
        },
      }),
  },
  {
    name: "gives everybody the same worker",
    fails: [
      "eight starts at once",
      "two workers see nothing of each other's state",
      "two workers see nothing of each other's environment",
      "a worker that is stopped leaves another alone",
      "a worker that is killed leaves its neighbour alone",
    ],
    broken: (runtime) => {
      let one: Promise<Worker> | undefined;
      return altered(runtime, { start: (options) => (one ??= runtime.start(options)) });
    },
  },
  {
    name: "gives workers its host's environment",
    fails: [
      "a worker has nothing of its host's environment",
      "a warm worker has the environment and the directory",
    ],
    broken: (runtime) =>
      withStartOptions(runtime, (options) => ({
        ...options,
        env: { CONTRACT_SECRET: process.env["CONTRACT_SECRET"] ?? "", ...options.env },
      })),
  },
  {
    name: "cuts variables at their first newline",
    fails: ["a worker has the environment that it was given"],
    broken: (runtime) =>
      withStartOptions(runtime, (options) => ({
        ...options,
        env: Object.fromEntries(
          Object.entries(options.env).map(([name, value]) => [name, value.split("\n")[0] ?? ""]),
        ),
      })),
  },
  {
    name: "runs .bashrc",
    fails: ["a start heeds no file that was planted"],
    broken: (runtime) => withCode(runtime, (code) => `[[ ! -e .bashrc ]] || . ./.bashrc\n${code}`),
  },
  {
    name: "says that workers have exited which live",
    fails: ["exited stays open"],
    broken: (runtime) =>
      withWorkerChanges(runtime, () => ({
        exited: Promise.resolve({ exitCode: 0, signal: null, stderrTail: "" }),
      })),
  },
  {
    name: "refuses code that can be run",
    fails: ["check(), where there is one"],
    broken: (runtime): Runtime =>
      altered(runtime, {
        check: () => {
          throw new HoldfastError({ code: "invalid_request", message: "code: not today" });
        },
      }),
  },
];
