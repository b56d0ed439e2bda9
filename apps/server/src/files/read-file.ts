import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { HoldfastError } from "@holdfast/core";
import rangeParser from "range-parser";
import { entityTag } from "./file-entry.ts";
import { fileError, pathRefused } from "./file-error.ts";
import { type Place, kindOf, pathOf } from "./place.ts";

/** What a request asks of a file. */
export interface ReadFileOptions {
  /** As the client gave it, for messages. */
  readonly path: string;
  /** The most that one answer may have, in bytes. */
  readonly maxFileBytes: number;
  readonly isHead: boolean;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Closes the connection, and answers whether there was one: for an answer that cannot be ended. */
  readonly drop: () => boolean;
}

interface Range {
  readonly start: number;
  /** The last byte, as ranges have it. */
  readonly end: number;
}

const { O_RDONLY, O_NONBLOCK } = constants;
const chunkBytes = 128 * 1024;

// Nothing of a session is ever shown or run by a browser as a page of ours.
const security = {
  "content-type": "application/octet-stream",
  "content-disposition": "attachment",
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
  "cache-control": "private, no-cache",
  "accept-ranges": "bytes",
};

/**
 * Answers with the bytes of a file as it is now, or with a range of them: never more than it had when it was opened.
 * @throws HoldfastError `file_not_found`, `invalid_request` for what is no file, `payload_too_large`,
 *   `range_not_satisfiable`, `forbidden`
 */
export async function readFile(place: Place, options: ReadFileOptions): Promise<Response> {
  const { path, maxFileBytes, isHead } = options;
  const { entry } = place;
  if (entry === null) throw fileError(path, Object.assign(new Error(), { code: "ENOENT" }));
  const { stats } = entry;
  if (!stats.isFile()) throw pathRefused(path, `it is a ${kindOf(stats)}, allowed a file`);
  const etag = entityTag(stats);
  const headers: Record<string, string> = {
    ...security,
    etag,
    "last-modified": new Date(Number(stats.mtimeMs)).toUTCString(),
  };
  if (options.ifNoneMatch !== undefined && matches(options.ifNoneMatch, etag))
    return new Response(null, { status: 304, headers });
  const size = Number(stats.size);
  const range = rangeOf(size, etag, headers["last-modified"] ?? "", options);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const length = end - start + 1;
  if (length > maxFileBytes && !isHead) throw tooLarge(path, maxFileBytes, length);
  headers["content-length"] = String(length);
  if (range !== null) headers["content-range"] = `bytes ${start}-${end}/${size}`;
  const status = range === null ? 200 : 206;
  if (isHead || length === 0) return new Response(null, { status, headers });
  const file = await open(pathOf(entry), O_RDONLY | O_NONBLOCK).catch((error: unknown) => {
    throw fileError(path, error);
  });
  return new Response(bytesOf(file, { start, length, drop: options.drop }), { status, headers });
}

/** Bytes of a file, from which nothing is read until somebody asks. */
function bytesOf(
  file: FileHandle,
  {
    start,
    length,
    drop,
  }: { readonly start: number; readonly length: number } & Pick<ReadFileOptions, "drop">,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = start;
  let left = length;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const bytes = new Uint8Array(Math.min(left, chunkBytes));
          const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
          if (bytesRead === 0) throw new Error("the file became shorter while it was sent");
          position += bytesRead;
          left -= bytesRead;
          controller.enqueue(bytes.subarray(0, bytesRead));
          if (left > 0) return;
          await file.close();
          controller.close();
        } catch (error) {
          await file.close();
          if (!drop()) controller.error(error);
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

/** The range that is asked for; `null` for all of it, also when several are. */
function rangeOf(
  size: number,
  etag: string,
  lastModified: string,
  { path, range, ifRange }: ReadFileOptions,
): Range | null {
  if (
    range === undefined ||
    (ifRange !== undefined && ifRange !== etag && ifRange !== lastModified)
  )
    return null;
  const ranges = rangeParser(size, range);
  if (ranges === -1) {
    throw new HoldfastError({
      code: "range_not_satisfiable",
      message: `range: received ${JSON.stringify(range.slice(0, 100))}, the file has ${size} bytes`,
      details: { path: path.slice(0, 200), sizeBytes: size },
    });
  }
  if (ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1) return null;
  return ranges[0] ?? null;
}

function matches(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const tag = one.trim();
    return tag === "*" || tag === etag || tag === `W/${etag}`;
  });
}

function tooLarge(path: string, limit: number, received: number): HoldfastError {
  return new HoldfastError({
    code: "payload_too_large",
    message: `file: limit ${limit} bytes in one answer, it has ${received} bytes; ask for ranges of it`,
    details: { path: path.slice(0, 200), limit, received },
  });
}
