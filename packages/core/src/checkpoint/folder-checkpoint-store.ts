import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import {
  checkAccess,
  checkRuntime,
  checkpointNotFound,
  idTaken,
  makeRoom,
  newHeader,
} from "./check-checkpoint.ts";
import { type Checkpoint, checkpointIdPattern } from "./checkpoint.ts";
import { checkpointInvalid, withCheckpointId } from "./checkpoint-invalid.ts";
import type { CheckpointKeys } from "./checkpoint-key.ts";
import { openCheckpointKeys } from "./checkpoint-key-file.ts";
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
import { FolderCheckpointWriter } from "./folder-checkpoint-writer.ts";
import { listCheckpoints } from "./list-checkpoints.ts";
import { toPrune } from "./retention.ts";
import { chunksOf, readSealedEnds } from "./sealed-file.ts";
import { storageError } from "./storage-error.ts";
import { type ResolvedStoreOptions, resolveStoreOptions, sizeLimit } from "./store-options.ts";
import { syncFolder } from "./sync-folder.ts";
import { sweepTemporaryFiles, temporaryPath } from "./temporary-file.ts";
import { unsealCheckpoint } from "./unseal-checkpoint.ts";

const extension = ".checkpoint";

/** What {@link FolderCheckpointStore.open} needs. */
export interface FolderCheckpointStoreOptions extends CheckpointStoreOptions {
  /** Made (0700) when it is not there. */
  readonly folder: string;
  /** Where the keys are. @default the folder itself */
  readonly keyFolder?: string;
  /** Told of each file that {@link CheckpointStore.list} leaves out because it is not valid. */
  readonly onInvalid?: (id: string, error: unknown) => void;
}

/**
 * Checkpoints as sealed files in a folder, of one machine: several processes on it may share the folder. A file is named
 * after its checkpoint's id, and gets that name when it is whole.
 */
export class FolderCheckpointStore implements CheckpointStore {
  readonly #folder: string;
  readonly #keys: CheckpointKeys;
  readonly #options: ResolvedStoreOptions;
  readonly #onInvalid: (id: string, error: unknown) => void;
  /** Files never change, so what was read of one holds for as long as it is there. */
  readonly #known = new Map<string, Checkpoint>();
  #sequence = 0;
  #turn: Promise<void> = Promise.resolve();

  private constructor(options: FolderCheckpointStoreOptions, keys: CheckpointKeys) {
    this.#folder = options.folder;
    this.#keys = keys;
    this.#options = resolveStoreOptions(options);
    this.#onInvalid = options.onInvalid ?? (() => {});
  }

  /**
   * Opens a folder of checkpoints, and removes what was half written when a process that wrote there died.
   * @throws HoldfastError `invalid_request`, `internal` for a key that cannot be used, `storage_full`
   */
  static async open(options: FolderCheckpointStoreOptions): Promise<FolderCheckpointStore> {
    const { folder, keyFolder = folder } = options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweepTemporaryFiles(folder);
      const store = new FolderCheckpointStore(options, await openCheckpointKeys(keyFolder));
      await store.#refresh();
      return store;
    } catch (cause) {
      throw storageError(`checkpoints in ${folder}`, cause);
    }
  }

  async create(options: CreateCheckpointOptions): Promise<CheckpointWriter> {
    const names = await this.#refresh();
    const header = newHeader(options, ++this.#sequence);
    if (names.has(header.id)) throw idTaken(header.id);
    const { retention } = this.#options;
    let pruned: readonly string[] = [];
    return FolderCheckpointWriter.start({
      header,
      key: this.#keys.current,
      maxBytes: sizeLimit(options.maxBytes, this.#options),
      temporaryPath: temporaryPath(this.#folder, header.id),
      path: this.#path(header.id),
      inTurn: (step) => this.#inTurn(step),
      admit: async (checkpoint) => {
        if ((await this.#refresh()).has(header.id)) throw idTaken(header.id);
        pruned = makeRoom([...this.#known.values()], checkpoint, retention);
      },
      committed: async (checkpoint) => {
        this.#known.set(checkpoint.id, checkpoint);
        for (const id of pruned) await this.#remove(id);
        await syncFolder(this.#folder);
      },
    });
  }

  async open(id: string, options: OpenCheckpointOptions = {}): Promise<CheckpointReader> {
    const file = await this.#openFile(id);
    try {
      const checkpoint = await this.#readEnds(id, file);
      checkAccess(checkpoint, options);
      checkRuntime(checkpoint, options);
      // Once to its end, so that nothing of a damaged one is ever given to a worker.
      for await (const _ of (await unsealCheckpoint(chunksOf(file), this.#keys)).pieces);
      const { pieces } = await unsealCheckpoint(chunksOf(file), this.#keys);
      return {
        checkpoint,
        pieces,
        [Symbol.asyncDispose]: async () => {
          await file.close();
        },
      };
    } catch (error) {
      await file.close();
      throw withCheckpointId(id, error);
    }
  }

  async get(id: string, access: CheckpointAccess = {}): Promise<Checkpoint> {
    return checkAccess(await this.#read(id), access);
  }

  async list(options: ListCheckpointsOptions = {}): Promise<CheckpointPage> {
    await this.#refresh();
    return listCheckpoints([...this.#known.values()], options);
  }

  async delete(id: string, access: CheckpointAccess = {}): Promise<void> {
    if (access.owner !== undefined) await this.get(id, access);
    if (!checkpointIdPattern.test(id) || !(await this.#remove(id))) throw checkpointNotFound(id);
    await syncFolder(this.#folder);
  }

  async prune(): Promise<readonly string[]> {
    await this.#refresh();
    const ids = toPrune([...this.#known.values()], this.#options.retention, Date.now());
    for (const id of ids) await this.#remove(id);
    return ids;
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => {}); // told to whose turn it was
    return turn;
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${extension}`);
  }

  /** Looks at what is in the folder now; answers the ids that are taken, by what is not valid too. */
  async #refresh(): Promise<ReadonlySet<string>> {
    const ids = (await readdir(this.#folder))
      .filter((name) => name.endsWith(extension))
      .map((name) => name.slice(0, -extension.length))
      .filter((id) => checkpointIdPattern.test(id));
    const there = new Set(ids);
    for (const id of this.#known.keys()) if (!there.has(id)) this.#known.delete(id);
    for (const id of ids) {
      if (this.#known.has(id)) continue;
      await this.#read(id).then(
        (checkpoint) => {
          this.#known.set(id, checkpoint);
          this.#sequence = Math.max(this.#sequence, checkpoint.sequence);
        },
        (error: unknown) => this.#onInvalid(id, error),
      );
    }
    return there;
  }

  async #read(id: string): Promise<Checkpoint> {
    const file = await this.#openFile(id);
    try {
      return await this.#readEnds(id, file);
    } catch (error) {
      throw withCheckpointId(id, error);
    } finally {
      await file.close();
    }
  }

  async #readEnds(id: string, file: FileHandle): Promise<Checkpoint> {
    const checkpoint = await readSealedEnds(file, this.#keys);
    if (checkpoint.id === id) return checkpoint;
    throw checkpointInvalid("damaged", `what is there is checkpoint ${checkpoint.id}`);
  }

  /** @throws HoldfastError `checkpoint_not_found`, also for what cannot be an id; `checkpoint_invalid` for what is no file */
  async #openFile(id: string): Promise<FileHandle> {
    if (!checkpointIdPattern.test(id)) throw checkpointNotFound(id);
    let file: FileHandle;
    try {
      // No link is followed, and the open of a FIFO does not wait for its other end.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      file = await open(this.#path(id), flags);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT") throw checkpointNotFound(id);
      if (code === "ELOOP" || code === "ENXIO") throw withCheckpointId(id, notAFile());
      throw storageError(`checkpoint ${id}`, cause);
    }
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw withCheckpointId(id, notAFile());
  }

  async #remove(id: string): Promise<boolean> {
    try {
      await unlink(this.#path(id));
      this.#known.delete(id);
      return true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw storageError(`checkpoint ${id}`, cause);
    }
  }
}

function notAFile(): Error {
  return checkpointInvalid("damaged", "what is there is not a file");
}
