import { lstat, opendir } from "node:fs/promises";
import { type FileEntry, fileEntry } from "./file-entry.ts";
import { fileError, pathRefused } from "./file-error.ts";
import { type Place, kindOf, pathOf } from "./place.ts";

/** One page of a directory. */
export interface DirectoryPage {
  /** By name, in the order of their UTF-16 code units, hidden ones too. */
  readonly items: readonly FileEntry[];
  /** The name behind which the next page begins, `null` behind the last. */
  readonly nextCursor: string | null;
}

/**
 * The entries behind the name `after`. Holds no more than a few pages of names, however many there are.
 * @throws HoldfastError `file_not_found`, `invalid_request` for what is no directory, `forbidden`
 */
export async function listDirectory(
  { entry }: Place,
  { path, limit, after }: { readonly path: string; readonly limit: number; readonly after: string },
): Promise<DirectoryPage> {
  if (entry === null) throw fileError(path, Object.assign(new Error(), { code: "ENOENT" }));
  if (!entry.stats.isDirectory())
    throw pathRefused(path, `it is a ${kindOf(entry.stats)}, allowed a directory`);
  try {
    const directory = pathOf(entry);
    const names = await firstNames(directory, after, limit + 1);
    const shown = names.slice(0, limit);
    const items = await Promise.all(shown.map((name) => entryOf(directory, name)));
    return {
      items: items.filter((item) => item !== null),
      nextCursor: names.length > limit ? (shown.at(-1) ?? null) : null,
    };
  } catch (error) {
    throw fileError(path, error);
  }
}

async function firstNames(directory: string, after: string, count: number): Promise<string[]> {
  let names: string[] = [];
  const first = () => names.toSorted(byCodeUnits).slice(0, count);
  for await (const { name } of await opendir(directory)) {
    if (name <= after) continue;
    names.push(name);
    if (names.length >= count * 4) names = first();
  }
  return first();
}

/** `null` for what went meanwhile. */
async function entryOf(directory: string, name: string): Promise<FileEntry | null> {
  try {
    return fileEntry(name, await lstat(`${directory}/${name}`, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}
