import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { type Notebook, NotebookError, readNotebook, writeNotebook } from "@holdfast/notebook";
import { print } from "../terminal/output.ts";
import { UsageError } from "../usage-error.ts";

/** @throws UsageError for a file that cannot be read, or is no notebook */
export async function loadNotebook(file: string): Promise<Notebook> {
  try {
    return readNotebook(await readFile(file, "utf8"));
  } catch (cause) {
    const { message } = cause as Error;
    const why = cause instanceof NotebookError ? message.replace(/^\[\w+\] /, "") : message;
    throw new UsageError(`${file}: ${why}`, { cause });
  }
}

/** Writes a notebook, `-` to standard output: the old file stays until the new one is there whole. */
export async function saveNotebook(notebook: Notebook, file: string): Promise<void> {
  const text = writeNotebook(notebook);
  if (file === "-") return print(text);
  const old = await stat(file).catch(() => null);
  // What is no plain file, such as /dev/stdout, is written to as it is.
  if (old !== null && !old.isFile()) return writeFile(file, text);
  const fresh = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(fresh, text, old === null ? {} : { mode: old.mode });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
