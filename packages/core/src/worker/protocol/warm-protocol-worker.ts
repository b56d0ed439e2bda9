import type { GuardedProcess } from "../guarded-process.ts";
import type { StopOptions, StopReport } from "../stop-ladder.ts";
import { workerMarker } from "../sweep-orphans.ts";
import type { WarmWorker, Worker, WorkerStartOptions } from "../worker.ts";
import type { Greeted } from "./greeted.ts";
import { assignWorker } from "./handshake.ts";

/** A process that was greeted and waits for its session. */
export class WarmProtocolWorker implements WarmWorker {
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
    return assignWorker(this.#greeted, options, {
      env: markedEnvironment(env, this.#greeted.process),
      cwd,
    });
  }

  stop(options?: StopOptions): Promise<StopReport> {
    return this.#greeted.process.stop(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The environment as a guard gives it. */
export function markedEnvironment(
  env: Readonly<Record<string, string>>,
  { directory }: GuardedProcess,
): Record<string, string> {
  return { ...env, [workerMarker]: directory };
}
