import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where Pyodide is. */
export interface PyodidePackage {
  /** Folder of the npm package. */
  readonly folder: string;
  /** Of the package, such as `314.0.7`. */
  readonly version: string;
  /** Of its Python, such as `3.14.2`. */
  readonly pythonVersion: string;
}

/** Why it cannot be used, and what to install, as sentences for people. */
export interface PyodideMissing {
  readonly reason: string;
  readonly install: string;
}

// As its package.json names it for those who install us; versions of Pyodide begin with that of their Python.
const major = "314";

/** The npm package `pyodide` in a folder, or as Node finds it from here. */
export function findPyodide(folder?: string): PyodidePackage | PyodideMissing {
  const found = readPackage(folder);
  const install = `npm install pyodide@${major}, beside the package that imports @holdfast/adapter-python`;
  if (found === null) {
    const where = folder === undefined ? "" : ` in ${folder}`;
    return { reason: `the npm package pyodide is not there${where}`, install };
  }
  if (found.version.split(".")[0] === major) return found;
  const reason = `${found.folder} is pyodide ${found.version}, ${major} is needed`;
  return { reason, install };
}

function readPackage(folder: string | undefined): PyodidePackage | null {
  try {
    const file =
      folder === undefined
        ? createRequire(import.meta.url).resolve("pyodide/package.json")
        : join(folder, "package.json");
    const { version } = read(file) as { readonly version?: unknown };
    const { info } = read(join(dirname(file), "pyodide-lock.json")) as {
      readonly info?: { readonly python?: unknown };
    };
    const pythonVersion = info?.python;
    if (typeof version !== "string" || typeof pythonVersion !== "string") return null;
    return { folder: dirname(file), version, pythonVersion };
  } catch {
    return null;
  }
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
