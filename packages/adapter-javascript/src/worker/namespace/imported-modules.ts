import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";

export interface ImportedModule {
  readonly name: string;
  /** Of the package, where it tells; of a module of Node's its version. */
  readonly version: string | null;
  /** The execution that imported it first, where that is known. */
  readonly executionId: string | null;
}

const mostModules = 10_000;

/** The modules that cells have imported, by the names that they were imported by. */
export class ImportedModules {
  readonly #found = new Map<string, string | null>();
  #executionId: string | null = null;

  /** What is imported from now on is imported by this execution. */
  begin(executionId: string | null): void {
    this.#executionId = executionId;
  }

  note(specifier: string): void {
    if (this.#found.has(specifier) || this.#found.size >= mostModules) return;
    this.#found.set(specifier, this.#executionId);
  }

  names(): readonly string[] {
    return [...this.#found.keys()];
  }

  /** @param directory where packages are looked for */
  list(directory: string): readonly ImportedModule[] {
    return [...this.#found].map(([name, executionId]) => ({
      name: name.slice(0, 1000),
      version: versionOf(name, directory),
      executionId,
    }));
  }
}

function versionOf(specifier: string, directory: string): string | null {
  if (isBuiltin(specifier)) return process.versions.node;
  const [name] = /^(?:@[^/]+\/)?[^./:][^/:]*/.exec(specifier) ?? [];
  if (name === undefined) return null;
  try {
    const found = createRequire(join(directory, "cell"))(`${name}/package.json`) as object;
    return "version" in found && typeof found.version === "string"
      ? found.version.slice(0, 100)
      : null;
  } catch {
    return null; // it exports no package.json
  }
}
