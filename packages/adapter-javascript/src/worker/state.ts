import type { Skipped } from "@holdfast/core";
import { readCheckpoint } from "./checkpoint/read-checkpoint.ts";
import { writeCheckpoint } from "./checkpoint/write-checkpoint.ts";
import type { Bindings } from "./namespace/bindings.ts";
import type { Namespace } from "./namespace/namespace.ts";
import {
  O_RDONLY,
  O_WRONLY,
  allocate,
  bytesSubarray,
  chdir,
  closeSync,
  cwd,
  openSync,
  readSync,
  writeAll,
} from "./primordials.ts";
import { takeOn } from "./surroundings.ts";

const readBytes = 64 * 1024;

const marker = "HOLDFAST_WORKER";

interface Surroundings {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the session has, and looks for it with. */
export interface State {
  readonly bindings: Bindings;
  readonly namespace: Namespace;
  readonly require: NodeJS.Require;
}

/** Writes the state to a FIFO. */
export function writeState(
  path: string,
  { bindings, require }: State,
): { readonly format: string; readonly skipped: Skipped[] } {
  const fd = openSync(path, O_WRONLY);
  try {
    const surroundings = { directory: cwd(), environment: environment() };
    const { format, pieces, skipped } = writeCheckpoint(bindings, { require, surroundings });
    for (const piece of pieces) writeAll(fd, piece);
    return { format, skipped: [...skipped] };
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces the state by what a FIFO has, and answers what could not be made again.
 * @throws RequestRefused `checkpoint_invalid`, with the state as before
 */
export function readState(path: string, { bindings, require }: State): Skipped[] {
  const fd = openSync(path, O_RDONLY);
  try {
    const { surroundings, skipped } = readCheckpoint(piecesOf(fd), bindings, require);
    const { directory, environment: before } = surroundings as Surroundings;
    takeOn({ ...before, ...mark() }, null);
    return [...enter(directory), ...skipped];
  } finally {
    closeSync(fd);
  }
}

/** The variables of the session: not the one by which our processes are known. */
function environment(): Record<string, string | undefined> {
  const { [marker]: _, ...others } = process.env;
  return others;
}

function mark(): Record<string, string> {
  const value = process.env[marker];
  return value === undefined ? {} : { [marker]: value };
}

function enter(directory: string): Skipped[] {
  try {
    chdir(directory);
    return [];
  } catch {
    return [{ name: "the current directory", reason: `${directory} is not there` }];
  }
}

function* piecesOf(fd: number): Generator<Uint8Array> {
  for (;;) {
    const bytes = allocate(readBytes);
    const length = readSync(fd, bytes, 0, readBytes, null);
    if (length === 0) return;
    yield bytesSubarray(bytes, 0, length);
  }
}
