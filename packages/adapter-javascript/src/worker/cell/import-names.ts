import type { ImportRequest } from "./cell.ts";
import { importFromDirectory } from "./import-from-directory.ts";
import { noteImport, noteImported } from "./torn-modules.ts";

/** @returns the module's namespace object */
export type ImportModule = (
  specifier: string,
  attributes: Readonly<Record<string, string>>,
) => Promise<object>;

/**
 * What an `import` statement binds, by name. Values are those of the moment: an export that changes later does not change here.
 * @throws a `SyntaxError` for a name that the module does not export, and what the module throws
 */
export async function importNames(
  { specifier, attributes, names }: ImportRequest,
  importModule: ImportModule = importFromDirectory,
): Promise<ReadonlyMap<string, unknown>> {
  noteImport(specifier);
  const module = (await importModule(specifier, attributes)) as Record<string, unknown>;
  noteImported(specifier);
  const found = new Map<string, unknown>();
  for (const { imported, local } of names) {
    if (imported !== "*" && !(imported in module)) {
      throw new SyntaxError(
        `The requested module '${specifier}' does not provide an export named '${imported}'`,
      );
    }
    found.set(local, imported === "*" ? module : module[imported]);
  }
  return found;
}
