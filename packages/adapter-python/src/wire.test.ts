import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";

const tests = join(import.meta.dirname, "../tests/test_wire.py");

/** Every CPython from 3.9 on that this machine has, one for each minor version: on PATH, and of pyenv. */
function interpreters(): readonly { readonly version: string; readonly path: string }[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const versions = join(homedir(), ".pyenv/versions");
  const candidates = [
    ...folders.flatMap((folder) =>
      ["python3", ...Array.from({ length: 12 }, (_, index) => `python3.${index + 9}`)].map((name) =>
        join(folder, name),
      ),
    ),
    ...list(versions).map((version) => join(versions, version, "bin/python3")),
  ];
  const found = new Map<string, string>();
  for (const path of candidates) {
    const version = versionOf(path);
    if (version !== null && !found.has(version)) found.set(version, path);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function versionOf(path: string): string | null {
  try {
    const code = "import sys; print('3.%d' % sys.version_info[1] * (sys.version_info >= (3, 9)))";
    return execFileSync(path, ["-I", "-c", code], { stdio: "pipe" }).toString().trim() || null;
  } catch {
    return null;
  }
}

const found = interpreters();
if (found.length === 0) {
  if (process.env["CI"] === "true")
    throw new Error("python3 is missing; .ci/debian-packages lists it");
  console.warn("SKIPPED: no CPython from 3.9 on is on PATH");
}

it.skipIf(found.length === 0).each(found.length === 0 ? [{ version: "3", path: "" }] : found)(
  "the worker's msgpack and frames agree with the golden bytes, under Python $version [R1.3] [R1.5]",
  ({ path }) => {
    const printed = execFileSync("sh", ["-c", '"$0" -I "$1" 2>&1', path, tests]).toString();
    expect(printed).toMatch(/Ran 12 tests[^]*OK\n$/);
  },
);
