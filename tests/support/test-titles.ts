import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** A test that says in its title which requirements it proves. */
export interface TestTitle {
  /** Relative to the repository. */
  readonly file: string;
  /** Without the numbers. */
  readonly title: string;
  /** Such as `R1.2`, `D3` or `S1-27`, in the order of the title. */
  readonly ids: readonly string[];
}

const id = /\[((?:R\d+\.\d+|D\d+|S\d+-\d+))\]/g;
const anyNumber = /\s*\[[A-Z]\d+[^\]]*\]/g;
const quoted = /(["'`])((?:\\.|(?!\1)[^\\\n])*\[[RDS]\d(?:\\.|(?!\1)[^\\\n])*)\1/g;
const skipped = new Set(["node_modules", "dist", ".turbo", "coverage"]);

/** The titles with numbers in the TypeScript below these folders, by file and place. */
export function titlesBelow(repository: string, folders: readonly string[]): TestTitle[] {
  return folders
    .flatMap((folder) => sourcesBelow(join(repository, folder)))
    .flatMap((file) => titlesOf(readFileSync(file, "utf8"), relative(repository, file)));
}

/** The titles of one file: texts between quotes, on one line, in which a number stands. */
export function titlesOf(source: string, file: string): TestTitle[] {
  return [...source.matchAll(quoted)].flatMap(([, , text = ""]) => {
    const ids = [...text.matchAll(id)].map(([, number = ""]) => number);
    const title = text.replaceAll(anyNumber, "").replaceAll(/\\(.)/g, "$1").trim();
    return ids.length === 0 || title === "" ? [] : [{ file, title, ids }];
  });
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : sourcesBelow(path);
      return entry.name.endsWith(".ts") ? [path] : [];
    });
}
