import { type Dirent, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";

const extensions = /\.(?:[cm]?[jt]s|json|node)$/;
const mostEntries = 5000;

/** What an import could name: modules of Node's, packages of the directory and of those above it, files beside it. */
export function moduleSpecifiers(stem: string, directory: string): readonly string[] {
  if (stem.startsWith(".") || stem.startsWith("/")) return filesBeside(stem, directory);
  const builtins = builtinModules.filter((name) => !name.startsWith("_"));
  const prefixed = builtins.map((name) => (name.startsWith("node:") ? name : `node:${name}`));
  return [...builtins, ...prefixed, ...packagesOf(directory)];
}

function filesBeside(stem: string, directory: string): readonly string[] {
  const folder = stem.slice(0, stem.lastIndexOf("/") + 1);
  const path = folder.startsWith("/") ? folder : join(directory, folder);
  return entriesOf(path).flatMap((entry) => {
    if (entry.isDirectory()) return [`${folder}${entry.name}/`];
    return extensions.test(entry.name) ? [folder + entry.name] : [];
  });
}

function packagesOf(directory: string): readonly string[] {
  const found: string[] = [];
  for (let folder = directory; ; folder = dirname(folder)) {
    for (const { name } of entriesOf(join(folder, "node_modules"))) {
      if (!name.startsWith("@")) found.push(name);
      else
        found.push(
          ...entriesOf(join(folder, "node_modules", name)).map((one) => `${name}/${one.name}`),
        );
    }
    if (folder === dirname(folder)) return found;
  }
}

function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).slice(0, mostEntries);
  } catch {
    return []; // no such directory
  }
}
