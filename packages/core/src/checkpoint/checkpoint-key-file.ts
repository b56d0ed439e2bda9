import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { HoldfastError } from "../errors/holdfast-error.ts";
import {
  type CheckpointKey,
  type CheckpointKeys,
  checkpointKey,
  checkpointKeyBytes,
} from "./checkpoint-key.ts";
import { storageError } from "./storage-error.ts";
import { syncFolder } from "./sync-folder.ts";
import { sweepTemporaryFiles, temporaryPath } from "./temporary-file.ts";

const currentName = "checkpoint.key";
const retiredName = (id: Uint8Array) => `checkpoint-${Buffer.from(id).toString("hex")}.key`;

/**
 * The keys in a folder: `checkpoint.key` seals, those that {@link rotateCheckpointKey} has retired still open what they
 * sealed. The first call makes the folder (0700) and the key: 32 random bytes, mode 0600. Of several processes that do so
 * at once, one makes it and all get the same.
 * @throws HoldfastError `internal` for a key that others can read or that is not a key, `storage_full`
 */
export async function openCheckpointKeys(folder: string): Promise<CheckpointKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepTemporaryFiles(folder);
  const current = (await readKey(join(folder, currentName))) ?? (await makeKey(folder));
  return {
    current,
    find: async (id) => (current.id.equals(id) ? current : await findKey(folder, id)),
  };
}

/**
 * Seals with a new key from the next {@link openCheckpointKeys} on. The old one is kept beside it; delete its file to have
 * what it sealed refused.
 */
export async function rotateCheckpointKey(folder: string): Promise<CheckpointKeys> {
  const { current } = await openCheckpointKeys(folder);
  await link(join(folder, currentName), join(folder, retiredName(current.id))).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error; // a rotation that did not get to its end
    },
  );
  await withNewKeyFile(folder, (path) => rename(path, join(folder, currentName)));
  return openCheckpointKeys(folder);
}

/** One that was retired, or one that another process has made current since. */
async function findKey(folder: string, id: Uint8Array): Promise<CheckpointKey | null> {
  const retired = await readKey(join(folder, retiredName(id)));
  const key = retired ?? (await readKey(join(folder, currentName)));
  return key?.id.equals(id) === true ? key : null;
}

async function makeKey(folder: string): Promise<CheckpointKey> {
  const path = join(folder, currentName);
  // A link, not a rename: it fails where another process was first, whose key is the one that counts.
  await withNewKeyFile(folder, (fresh) =>
    link(fresh, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    }),
  );
  const key = await readKey(path);
  if (key !== null) return key;
  throw keyError(path, "it was removed while it was made");
}

async function withNewKeyFile(
  folder: string,
  place: (path: string) => Promise<void>,
): Promise<void> {
  const path = temporaryPath(folder, randomUUID());
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(randomBytes(checkpointKeyBytes));
      await file.sync();
    } finally {
      await file.close();
    }
    await place(path);
    await syncFolder(folder);
  } catch (cause) {
    throw storageError("a key for checkpoints", cause);
  } finally {
    await unlink(path).catch(() => {});
  }
}

async function readKey(path: string): Promise<CheckpointKey | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw keyError(path, "it cannot be opened", cause);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw keyError(path, "it is not a file");
    const mode = stat.mode & 0o777;
    if ((mode & 0o077) !== 0)
      throw keyError(
        path,
        `others may have read it: its mode is 0${mode.toString(8)}, allowed 0600`,
      );
    if (stat.size !== checkpointKeyBytes)
      throw keyError(path, `it has ${stat.size} bytes, allowed ${checkpointKeyBytes}`);
    return checkpointKey(await file.readFile());
  } finally {
    await file.close();
  }
}

function keyError(path: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: "internal",
    message: `key for checkpoints ${path}: ${why}`,
    details: { path },
    cause,
  });
}
