import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import type { CheckpointReport } from "../worker/worker.ts";
import { checkSize, idTaken, writerEnded } from "./check-checkpoint.ts";
import type { Checkpoint, CheckpointHeader } from "./checkpoint.ts";
import type { CheckpointKey } from "./checkpoint-key.ts";
import { CheckpointSealer } from "./checkpoint-sealer.ts";
import type { CheckpointWriter } from "./checkpoint-store.ts";
import { storageError } from "./storage-error.ts";

/** What a {@link FolderCheckpointWriter} needs. */
export interface FolderCheckpointWriterOptions {
  readonly header: CheckpointHeader;
  readonly key: CheckpointKey;
  readonly maxBytes: number;
  /** Where it is written. */
  readonly temporaryPath: string;
  /** Where it is when it is whole. */
  readonly path: string;
  /** Runs one after the other what decides about room: from {@link admit} to {@link committed}. */
  readonly inTurn: (step: () => Promise<void>) => Promise<void>;
  /** Called when all is written and synced, before it gets its name. @throws when it must not get it */
  readonly admit: (checkpoint: Checkpoint) => Promise<void>;
  /** Called when it has its name. */
  readonly committed: (checkpoint: Checkpoint) => Promise<void>;
}

/** Writes a checkpoint beside its place, and moves it there when it is whole. */
export class FolderCheckpointWriter implements CheckpointWriter {
  readonly id: string;
  readonly #options: FolderCheckpointWriterOptions;
  readonly #sealer: CheckpointSealer;
  readonly #file: FileHandle;
  #isOpen = true;
  #error: unknown = null;

  private constructor(options: FolderCheckpointWriterOptions, file: FileHandle) {
    this.id = options.header.id;
    this.#options = options;
    this.#sealer = new CheckpointSealer(options.header, options.key);
    this.#file = file;
  }

  /** @throws HoldfastError `storage_full`, `internal` */
  static async start(options: FolderCheckpointWriterOptions): Promise<FolderCheckpointWriter> {
    let file: FileHandle;
    try {
      file = await open(options.temporaryPath, "wx", 0o600);
    } catch (cause) {
      const { id } = options.header;
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw idTaken(id); // being written
      throw storageError(`checkpoint ${id}`, cause);
    }
    const writer = new FolderCheckpointWriter(options, file);
    await writer.#attempt(() => writer.#append(writer.#sealer.start()));
    return writer;
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#attempt(async () => {
      checkSize(this.id, this.#sealer.sizeBytes + piece.length, this.#options.maxBytes);
      for (const record of this.#sealer.seal(piece)) await this.#append(record);
    });
  }

  async commit(report: CheckpointReport): Promise<Checkpoint> {
    return this.#attempt(async () => {
      const { header, inTurn } = this.#options;
      const { bytes, end } = this.#sealer.end(report);
      const { records: _, ...told } = end;
      const checkpoint = { ...header, ...told };
      await this.#append(bytes);
      await this.#file.sync();
      await inTurn(() => this.#place(checkpoint));
      this.#error = writerEnded(this.id, "it has been committed");
      await this.#close();
      return checkpoint;
    });
  }

  async abort(): Promise<void> {
    await this.#giveUp(writerEnded(this.id, "it was given up"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #place(checkpoint: Checkpoint): Promise<void> {
    const { temporaryPath, path, admit, committed } = this.#options;
    await admit(checkpoint);
    await rename(temporaryPath, path);
    await committed(checkpoint).catch(async (error: unknown) => {
      await unlink(path);
      throw error;
    });
  }

  async #append(bytes: Uint8Array): Promise<void> {
    // A disk that fills up takes a part first.
    for (let at = 0; at < bytes.length;)
      at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
  }

  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    if (this.#error !== null) throw this.#error;
    try {
      return await step();
    } catch (cause) {
      const error = storageError(`checkpoint ${this.id}`, cause);
      await this.#giveUp(error);
      throw error;
    }
  }

  async #giveUp(error: unknown): Promise<void> {
    if (this.#error !== null) return;
    this.#error = error;
    await this.#close();
    await unlink(this.#options.temporaryPath).catch(() => {}); // it has its name already, or never was
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close().catch(() => {}); // what it holds is synced, or given up
  }
}
