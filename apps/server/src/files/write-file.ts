import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { HoldfastError } from "@holdfast/core";
import { type FileEntry, fileEntry } from "./file-entry.ts";
import { fileError, pathRefused } from "./file-error.ts";
import { type Place, kindOf, pathOf } from "./place.ts";

/** What a file is written from. */
export interface WriteFileOptions {
  /** As the client gave it, for messages. */
  readonly path: string;
  readonly maxFileBytes: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Writes a file beside its place and puts it there when it is whole: who reads sees the old one or the new one, and the
 * old one stays when the body breaks off. The mode of the old one is kept.
 * @throws HoldfastError `invalid_request` where something else than a file is, `payload_too_large`, `storage_full`,
 *   `forbidden`, `cancelled` when the body breaks off
 */
export async function writeFile(place: Place, options: WriteFileOptions): Promise<FileEntry> {
  const { path } = options;
  const { parent, entry, name } = place;
  if (parent === null || (entry !== null && !entry.stats.isFile()))
    throw pathRefused(
      path,
      `a ${entry === null ? "directory" : kindOf(entry.stats)} is there, allowed a file`,
    );
  const temporary = `${pathOf(parent)}/.holdfast-${randomBytes(12).toString("hex")}`;
  try {
    const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
    try {
      await fill(file, options);
      if (entry !== null) await file.chmod(Number(entry.stats.mode & 0o777n));
      const stats = await file.stat({ bigint: true });
      await rename(temporary, `${pathOf(parent)}/${name}`);
      return fileEntry(name, stats);
    } catch (error) {
      await unlink(temporary).catch(() => {}); // may be gone with its folder
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

async function fill(
  file: FileHandle,
  { path, maxFileBytes, body }: WriteFileOptions,
): Promise<void> {
  let received = 0;
  for await (const chunk of chunksOf(body, path)) {
    received += chunk.length;
    if (received > maxFileBytes) throw fileTooLarge(maxFileBytes);
    for (let at = 0; at < chunk.length;)
      at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
  }
}

/** The body, told apart from the file: what breaks here is the client's. */
async function* chunksOf(
  body: WriteFileOptions["body"],
  path: string,
): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  try {
    yield* body;
  } catch (cause) {
    throw new HoldfastError({
      code: "cancelled",
      message: "body: it broke off; nothing was written",
      details: { path: path.slice(0, 200) },
      cause,
    });
  }
}

/** A body over the limit, as it was announced or as it came. */
export function fileTooLarge(limit: number, received?: number): HoldfastError {
  return new HoldfastError({
    code: "payload_too_large",
    message: `file: limit ${limit} bytes${received === undefined ? "" : `, received ${received} bytes`}`,
    details: { limit, ...(received === undefined ? {} : { received }) },
  });
}
