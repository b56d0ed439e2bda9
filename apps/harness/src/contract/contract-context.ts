import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Feature,
  type Runtime,
  type Worker,
  type WorkerRequest,
  type WorkerStartOptions,
  within,
} from "@holdfast/core";
import { type EventuallyOptions, eventually } from "../wait/eventually.ts";
import type { WorkerLanguage } from "../vitest/worker-language.ts";
import { type WorkerRun, type WorkerRunOptions, runOn } from "./worker-run.ts";

/** What is needed to run cases of the contract. */
export interface ContractContextOptions {
  readonly runtime: Runtime;
  readonly language: WorkerLanguage;
  readonly features: readonly Feature[];
  /** The workers' environment. @default `PATH`, `HOME` and `LANG` of this process */
  readonly env?: Readonly<Record<string, string>>;
  /** How long a case waits for one thing before it fails, in milliseconds. @default 20_000 */
  readonly patienceMs?: number;
  /** How often starts and ends are repeated where leaks are looked for. @default 5 */
  readonly cycles?: number;
}

/** What was written for an execution after its end. */
export interface LateOutput {
  readonly executionId: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** What a case works with. Each case has one of its own. */
export interface ContractContext<
  Language extends WorkerLanguage = WorkerLanguage,
> extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly language: Language;
  readonly features: readonly Feature[];
  readonly env: Readonly<Record<string, string>>;
  readonly patienceMs: number;
  readonly cycles: number;
  /** A temporary folder, removed at the end: where its workers start. */
  readonly directory: string;
  /** All late output of its workers, in order. */
  readonly late: readonly LateOutput[];
  /** Options for a start in that folder with that environment. `env` is added to it. */
  readonly startOptions: (changes?: Partial<WorkerStartOptions>) => WorkerStartOptions;
  /** Starts a worker, which is stopped at the end. */
  readonly start: (changes?: Partial<WorkerStartOptions>) => Promise<Worker>;
  /** Has a worker that was not started here stopped at the end. */
  readonly keep: <One extends Pick<Worker, "stop">>(worker: One) => One;
  /** Runs something. Its waits are bounded. */
  readonly run: (worker: Worker, request: string | WorkerRunOptions) => WorkerRun;
  /** Runs something to its end, and answers what it wrote on stdout. */
  readonly output: (worker: Worker, request: string | Partial<WorkerRequest>) => Promise<string>;
  /** Waits for a promise, and no longer than the case's patience. @throws HoldfastError `deadline_exceeded` */
  readonly soon: <T>(promise: Promise<T>, what: string) => Promise<T>;
  /** Looks again and again, likewise. @throws HoldfastError `deadline_exceeded` */
  readonly eventually: <T>(
    look: () => T | null | undefined | false,
    what: EventuallyOptions["what"],
  ) => Promise<T>;
}

const defaultPatienceMs = 20_000;

/** A context for one case. Dispose of it when the case has run. */
export function openContractContext(options: ContractContextOptions): ContractContext {
  const { runtime, language, features, cycles = 5, patienceMs = defaultPatienceMs } = options;
  const env = options.env ?? inherited();
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "contract-")));
  const workers: Pick<Worker, "stop">[] = [];
  const late: LateOutput[] = [];
  const soon: ContractContext["soon"] = (promise, what) =>
    within(promise, { timeoutMs: patienceMs, what });
  const keep: ContractContext["keep"] = (worker) => {
    workers.push(worker);
    return worker;
  };
  const startOptions: ContractContext["startOptions"] = (changes = {}) => ({
    sessionId: "contract",
    cwd: directory,
    startTimeoutMs: 30_000,
    onLateOutput: (executionId, stream, bytes) =>
      late.push({ executionId, stream, text: bytes.toString() }),
    ...changes,
    env: { ...env, ...changes.env },
  });
  const run: ContractContext["run"] = (worker, request) =>
    runOn(worker, typeof request === "string" ? { code: request } : request, soon);
  return {
    runtime,
    language,
    features,
    env,
    patienceMs,
    cycles,
    directory,
    late,
    startOptions,
    start: async (changes) =>
      keep(await soon(runtime.start(startOptions(changes)), "start of a worker")),
    keep,
    run,
    output: async (worker, request) => {
      const { ended, text } = run(worker, request);
      await ended;
      return text("stdout");
    },
    soon,
    eventually: (look, what) => eventually(look, { timeoutMs: patienceMs, what }),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(workers.map((worker) => soon(worker.stop(), "end of a worker")));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function inherited(): Readonly<Record<string, string>> {
  const names = ["PATH", "HOME", "LANG"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
