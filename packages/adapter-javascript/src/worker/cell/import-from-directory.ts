import { constants, Script } from "node:vm";

type Import = (specifier: string, options: { readonly with: object }) => Promise<object>;

let importIn: Import | null = null;

/** `import()` as code in no file has it: relative specifiers and packages are looked for from the current directory. */
export function importFromDirectory(
  specifier: string,
  attributes: Readonly<Record<string, string>>,
): Promise<object> {
  importIn ??= new Script("(specifier, options) => import(specifier, options)", {
    filename: "<import>",
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Import;
  return importIn(specifier, { with: attributes });
}

/** Has Node warn now, where nobody sees it, that code in no file can import: it does so once. Call it before any user code. */
export function silenceImportWarning(): void {
  const warning = Object.getOwnPropertyDescriptor(process, "emitWarning") ?? {};
  process.emitWarning = () => {};
  try {
    void importFromDirectory("node:path", {});
  } finally {
    Object.defineProperty(process, "emitWarning", warning);
  }
}
