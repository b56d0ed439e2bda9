import { type Feature, Session, type SessionCreateOptions } from "@holdfast/core";
import {
  type FakeExecution,
  FakeRuntime,
  type FakeRuntimeOptions,
  type FakeWorker,
} from "@holdfast/harness";

const features: readonly Feature[] = [
  "stdin",
  "input",
  "background",
  "interrupt",
  "results",
  "displays",
];

/** A session whose worker does what the test says. */
export interface FakeSession extends AsyncDisposable {
  readonly runtime: FakeRuntime;
  readonly session: Session;
  /** Its first worker. */
  readonly worker: FakeWorker;
}

/** Opens a session on a fake worker that can do everything. */
export async function openFake(
  options: Omit<SessionCreateOptions, "runtime"> = {},
  pretend: FakeRuntimeOptions = {},
): Promise<FakeSession> {
  const runtime = new FakeRuntime({ features, ...pretend });
  const session = await Session.open({ ...options, runtime });
  const worker = await runtime.workers.take();
  return { runtime, session, worker, [Symbol.asyncDispose]: () => session.close() };
}

/** The next execution that the worker is given. */
export function driven(worker: FakeWorker): Promise<FakeExecution> {
  return worker.executions.take();
}

/** Lets everything that is ready in promises run. */
export function settle(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
