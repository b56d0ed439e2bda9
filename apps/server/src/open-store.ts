import { join, resolve } from "node:path";
import {
  type CheckpointStore,
  FolderCheckpointStore,
  HoldfastError,
  type Store,
} from "@holdfast/core";
import { SqliteStore } from "@holdfast/store-sqlite";
import { defaultDataDirectory } from "./data-directory.ts";
import { type SharedStoreOptions, openSharedStore } from "./open-shared-store.ts";

/** What a server keeps beyond its end. */
export interface Kept {
  readonly store: Store;
  readonly checkpoints: CheckpointStore;
}

/** Where things are kept, as the process was told. */
export interface OpenStoreOptions {
  /** The folder, `undefined` or empty where none was named. */
  readonly dataDirectory: string | undefined;
  /** Whether nothing is to be kept. */
  readonly isMemoryOnly: boolean;
  /** A Redis in the place of `holdfast.db`; its address `undefined` or empty where none was named. */
  readonly shared: SharedStoreOptions;
  /** Told when the default folder cannot be used. */
  readonly onNote: (text: string) => void;
}

/**
 * Opens `holdfast.db`, or the Redis that was named, and the folder `checkpoints` in the data folder; `null`: nothing is kept.
 * A folder that nobody named and that cannot be used, as when another server has it, is done without, with a note; a folder
 * or a Redis that was named is an error.
 * @throws HoldfastError `store_unavailable`, `store_invalid`, `invalid_request`
 */
export async function openKept(options: OpenStoreOptions): Promise<Kept | null> {
  const { dataDirectory = "", isMemoryOnly, shared, onNote } = options;
  const isShared = (shared.address ?? "") !== "";
  if (isMemoryOnly && isShared) throw storeWithoutUse();
  if (isMemoryOnly) return null;
  const directory =
    dataDirectory === "" ? defaultDataDirectory(process.env) : resolve(dataDirectory);
  let store: Store | null = null;
  try {
    store = isShared
      ? await openSharedStore(shared)
      : await SqliteStore.open(join(directory, "holdfast.db"));
    const checkpoints = await FolderCheckpointStore.open({
      folder: join(directory, "checkpoints"),
    });
    return { store, checkpoints };
  } catch (error) {
    await store?.close();
    const canDoWithout =
      !isShared &&
      dataDirectory === "" &&
      HoldfastError.is(error) &&
      error.code === "store_unavailable";
    if (!canDoWithout) throw error;
    onNote(
      `${error.message.replace(/^\[\w+\] /, "")}. Nothing is kept beyond the end of this server; HOLDFAST_DATA_DIR names another folder.`,
    );
    return null;
  }
}

function storeWithoutUse(): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message:
      "HOLDFAST_STORE and HOLDFAST_MEMORY=1 (--store and --memory): received both, allowed one of them",
  });
}
