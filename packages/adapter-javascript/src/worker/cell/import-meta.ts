import type { AnyNode } from "acorn";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { blank } from "./source-position.ts";
import type { SourceEdits } from "./source-edits.ts";
import { forEachChild } from "./syntax-nodes.ts";

/** The global that stands for `import.meta` in scripts, which cannot have it: a name as long, so that nothing moves. */
export const importMetaName = "import_meta";

export function replaceImportMeta(node: AnyNode, source: string, edits: SourceEdits): void {
  if (node.type === "MetaProperty" && node.meta.name === "import") {
    const rest = source.slice(node.start + importMetaName.length, node.end);
    edits.replace(node.start, node.end, importMetaName + blank(rest));
    return;
  }
  forEachChild(node, (child) => replaceImportMeta(child, source, edits));
}

/**
 * What `import.meta` is in a cell: as in a module of the current directory that is in no file.
 * @param directory the absolute path of that directory
 */
export function createImportMeta(directory: () => string): object {
  return {
    get dirname() {
      return directory();
    },
    get url() {
      return pathToFileURL(join(directory(), "cell")).href;
    },
    main: true,
    /** The URL of what a specifier names. */
    resolve: (specifier: string): string => {
      const base = join(directory(), "cell");
      if (/^(?:\.{0,2}\/|file:)/.test(specifier))
        return new URL(specifier, pathToFileURL(base)).href;
      const found = createRequire(base).resolve(specifier);
      return found.startsWith("/") ? pathToFileURL(found).href : found;
    },
  };
}
