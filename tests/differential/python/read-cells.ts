import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { oddSources } from "./odd-sources.ts";

/** A piece of Python that a session and plain CPython run alike, or differ in as documented. */
export interface Cell {
  readonly theme: string;
  readonly title: string;
  readonly code: string;
  /** The oldest Python that takes it, as `3.11`; `null` if all that are supported do. */
  readonly since: string | null;
  /** Words of docs/adapters.md that say in what the two differ; `null` if they are the same. */
  readonly differs: string | null;
}

const folder = join(import.meta.dirname, "cells");

/**
 * The cells of all themes. In a theme's file a line `# %% title` begins a cell; in it a line `# since: 3.11` or
 * `# differs: words` says more of it.
 */
export function readCells(): readonly Cell[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
  return [
    ...files.toSorted().flatMap((name) => parse(basename(name, ".py"), join(folder, name))),
    ...oddSources.map(([title, code]) => cell("odd sources", title, code)),
  ];
}

function parse(theme: string, path: string): readonly Cell[] {
  const parts = readFileSync(path, "utf8").split(/^# %% (.*)\n/m);
  if (parts[0]?.trim()) throw new Error(`${path}: text in front of the first cell`);
  return parts.flatMap((title, i) => (i % 2 === 1 ? [cell(theme, title, parts[i + 1] ?? "")] : []));
}

function cell(theme: string, title: string, code: string): Cell {
  const option = (name: string) => new RegExp(`^# ${name}: (.*)$`, "m").exec(code)?.[1] ?? null;
  return { theme, title, code, since: option("since"), differs: option("differs") };
}
