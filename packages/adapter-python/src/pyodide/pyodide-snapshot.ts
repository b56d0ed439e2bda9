import { type Greeted, type WarmOptions, within } from "@holdfast/core";
import { SnapshotFile } from "./snapshot-file.ts";

// Of the first start of all, on a machine that has other things to do; those after it take a fifth.
const startTimeoutMs = 60_000;

/** What a {@link PyodideSnapshot} needs. */
export interface PyodideSnapshotOptions {
  /** Starts a process that first of all copies its memory to the path. */
  readonly make: (path: string, limits: WarmOptions) => Promise<Greeted>;
}

/**
 * The memory of a Python that is up, for others to begin with. It is copied from a process that nobody has asked for, so
 * that it is made also when the start that wanted it was given up; afterwards that process is the first one's to take.
 */
export class PyodideSnapshot {
  readonly #make: PyodideSnapshotOptions["make"];
  #making: Promise<SnapshotFile | null> | null = null;
  #spare: Greeted | null = null;
  readonly #closing = new AbortController();

  constructor({ make }: PyodideSnapshotOptions) {
    this.#make = make;
  }

  /**
   * Where it is; `null` where it could be made but not written down. It may take a minute, once.
   * @throws HoldfastError `worker_start_failed` when it cannot be made: the next call tries again; `cancelled`
   */
  async path(signal?: AbortSignal): Promise<string | null> {
    if (this.#closing.signal.aborted) return null;
    this.#making ??= this.#made();
    const file = await within(this.#making, {
      timeoutMs: 2 * startTimeoutMs,
      what: "first start of Pyodide",
      ...(signal ? { signal } : {}),
    });
    return this.#closing.signal.aborted ? null : (file?.path ?? null);
  }

  /** The process that it was copied from, right after {@link path} has settled, for one. */
  takeSpare(): Greeted | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const file = await this.#making?.catch(() => null);
    file?.close();
    await this.#stopSpare();
  }

  async #made(): Promise<SnapshotFile | null> {
    const file = new SnapshotFile();
    try {
      this.#spare = await this.#make(file.path, { startTimeoutMs, signal: this.#closing.signal });
    } catch (error) {
      file.close();
      this.#making = null;
      throw error;
    }
    setImmediate(() => void this.#stopSpare()); // who waits takes it before that
    if (file.seal()) return file;
    file.close();
    return null;
  }

  async #stopSpare(): Promise<void> {
    const spare = this.takeSpare();
    await spare?.process.stop();
    spare?.lanes.close();
  }
}
