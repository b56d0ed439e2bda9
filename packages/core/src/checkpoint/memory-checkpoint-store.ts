import type { CheckpointReport } from "../worker/worker.ts";
import { boundedReport } from "./bounded-report.ts";
import {
  checkAccess,
  checkRuntime,
  checkSize,
  checkpointNotFound,
  idTaken,
  makeRoom,
  newHeader,
  writerEnded,
} from "./check-checkpoint.ts";
import type { Checkpoint, CheckpointHeader } from "./checkpoint.ts";
import { withCheckpointId } from "./checkpoint-invalid.ts";
import type {
  CheckpointAccess,
  CheckpointPage,
  CheckpointReader,
  CheckpointStore,
  CheckpointStoreOptions,
  CheckpointWriter,
  CreateCheckpointOptions,
  ListCheckpointsOptions,
  OpenCheckpointOptions,
} from "./checkpoint-store.ts";
import { listCheckpoints } from "./list-checkpoints.ts";
import { toPrune } from "./retention.ts";
import { type ResolvedStoreOptions, resolveStoreOptions, sizeLimit } from "./store-options.ts";

interface Kept {
  readonly checkpoint: Checkpoint;
  readonly pieces: readonly Buffer[];
}

/** Checkpoints in the memory of this process: gone with it, and not sealed, since nobody else can write there. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #kept = new Map<string, Kept>();
  readonly #options: ResolvedStoreOptions;
  #sequence = 0;

  /** @throws HoldfastError `invalid_request` */
  constructor(options: CheckpointStoreOptions = {}) {
    this.#options = resolveStoreOptions(options);
  }

  async create(options: CreateCheckpointOptions): Promise<CheckpointWriter> {
    const header = newHeader(options, ++this.#sequence);
    if (this.#kept.has(header.id)) throw idTaken(header.id);
    const maxBytes = sizeLimit(options.maxBytes, this.#options);
    return new MemoryWriter(header, maxBytes, (kept) => this.#commit(kept));
  }

  async open(id: string, options: OpenCheckpointOptions = {}): Promise<CheckpointReader> {
    const { checkpoint, pieces } = this.#find(id, options);
    try {
      checkRuntime(checkpoint, options);
    } catch (error) {
      throw withCheckpointId(id, error);
    }
    return {
      checkpoint,
      pieces: (async function* () {
        yield* pieces;
      })(),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async get(id: string, access: CheckpointAccess = {}): Promise<Checkpoint> {
    return this.#find(id, access).checkpoint;
  }

  async list(options: ListCheckpointsOptions = {}): Promise<CheckpointPage> {
    return listCheckpoints(this.#all(), options);
  }

  async delete(id: string, access: CheckpointAccess = {}): Promise<void> {
    this.#find(id, access);
    this.#kept.delete(id);
  }

  async prune(): Promise<readonly string[]> {
    const ids = toPrune(this.#all(), this.#options.retention, Date.now());
    for (const id of ids) this.#kept.delete(id);
    return ids;
  }

  #commit(kept: Kept): void {
    const { id } = kept.checkpoint;
    if (this.#kept.has(id)) throw idTaken(id);
    for (const old of makeRoom(this.#all(), kept.checkpoint, this.#options.retention))
      this.#kept.delete(old);
    this.#kept.set(id, kept);
  }

  #all(): readonly Checkpoint[] {
    return [...this.#kept.values()].map(({ checkpoint }) => checkpoint);
  }

  #find(id: string, access: CheckpointAccess): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw checkpointNotFound(id);
    checkAccess(kept.checkpoint, access);
    return kept;
  }
}

class MemoryWriter implements CheckpointWriter {
  readonly id: string;
  readonly #header: CheckpointHeader;
  readonly #maxBytes: number;
  readonly #commit: (kept: Kept) => void;
  #pieces: Buffer[] = [];
  #sizeBytes = 0;
  #error: unknown = null;

  constructor(header: CheckpointHeader, maxBytes: number, commit: (kept: Kept) => void) {
    this.id = header.id;
    this.#header = header;
    this.#maxBytes = maxBytes;
    this.#commit = commit;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#attempt(() => {
      this.#sizeBytes += piece.length;
      checkSize(this.id, this.#sizeBytes, this.#maxBytes);
      this.#pieces.push(Buffer.from(piece));
    });
  }

  async commit(report: CheckpointReport): Promise<Checkpoint> {
    return this.#attempt(() => {
      const sizeBytes = this.#sizeBytes;
      const checkpoint = { ...this.#header, ...boundedReport(report), sizeBytes };
      this.#commit({ checkpoint, pieces: this.#pieces });
      this.#end(writerEnded(this.id, "it has been committed"));
      return checkpoint;
    });
  }

  async abort(): Promise<void> {
    this.#end(writerEnded(this.id, "it was given up"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  #attempt<T>(step: () => T): T {
    if (this.#error !== null) throw this.#error;
    try {
      return step();
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  #end(error: unknown): void {
    this.#error ??= error;
    this.#pieces = [];
  }
}
