import {
  type GuardedProcess,
  type StopOptions,
  type StopReport,
  type WarmWorker,
  type Worker,
  type WorkerStartOptions,
  workerMarker,
} from "@holdfast/core";
import { type Greeted, assign } from "./python-handshake.ts";

/** A Python that was greeted and waits for its session. */
export class WarmPython implements WarmWorker {
  readonly pid: number;
  readonly exited: WarmWorker["exited"];
  readonly #greeted: Greeted;
  readonly #suits: WarmWorker["suits"];
  #isAssigned = false;

  constructor(greeted: Greeted, suits: WarmWorker["suits"]) {
    this.#greeted = greeted;
    this.#suits = suits;
    this.pid = greeted.process.pid;
    this.exited = greeted.process.ended;
    void greeted.process.gone.then(() => {
      if (!this.#isAssigned) greeted.lanes.close();
    });
  }

  suits(options: WorkerStartOptions): boolean {
    return this.#suits(options);
  }

  assign(options: WorkerStartOptions): Promise<Worker> {
    const { env, cwd } = options;
    this.#isAssigned = true;
    return assign(this.#greeted, options, { env: marked(env, this.#greeted.process), cwd });
  }

  stop(options?: StopOptions): Promise<StopReport> {
    return this.#greeted.process.stop(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The environment as a guard gives it. */
export function marked(
  env: Readonly<Record<string, string>>,
  { directory }: GuardedProcess,
): Record<string, string> {
  return { ...env, [workerMarker]: directory };
}
