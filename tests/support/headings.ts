import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What to call a file of the repository, `docs/pool.md#leases` for instance: a page of Markdown by its
 * headings, `The pool: Leases`; any other file by its path. `null` when the file or the heading is not there.
 */
export function headingOf(repository: string, target: string): string | null {
  const [path = "", anchor] = target.split("#");
  const file = join(repository, path);
  if (!existsSync(file)) return null;
  if (!path.endsWith(".md")) return anchor === undefined ? path : null;
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  const [title = path, ...others] = [...headings].map(([, text = ""]) => text);
  if (anchor === undefined) return title;
  const heading = others.find((text) => anchorOf(text) === anchor);
  return heading === undefined ? null : `${title}: ${heading}`;
}

// As GitHub makes them.
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
