import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkBoundaries } from "../../scripts/boundaries.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A workspace in which every package obeys; `changes` replace or add files. */
function workspace(changes: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), "boundaries-"));
  folders.push(root);
  const files: Record<string, unknown> = {
    "package.json": { name: "root", devDependencies: { vitest: "1" } },
    "packages/core/package.json": {
      name: "@holdfast/core",
      dependencies: { zod: "1" },
      exports: { ".": "./x" },
    },
    "packages/core/src/index.ts": 'export { a } from "./session/a.ts";',
    "packages/core/src/session/a.ts":
      'import "zod"; import { b } from "../framing/b.ts"; export const a = b;',
    "packages/core/src/framing/b.ts": 'import "node:fs"; export const b = 1;',
    "packages/core/src/framing/b.test.ts":
      'import { test } from "vitest"; import { b } from "./b.ts";',
    "packages/adapter-x/package.json": {
      name: "@holdfast/adapter-x",
      dependencies: { "@holdfast/core": "1" },
    },
    "packages/adapter-x/src/index.ts": 'import { a } from "@holdfast/core"; export { a };',
    "packages/client/package.json": { name: "@holdfast/client" },
    "packages/client/src/index.ts": "export {};",
    "apps/server/package.json": {
      name: "@holdfast/server",
      dependencies: { "@holdfast/adapter-x": "1" },
    },
    "apps/server/src/index.ts": 'export * from "@holdfast/adapter-x";',
    "apps/harness/package.json": { name: "@holdfast/harness" },
    "tests/package.json": { name: "@holdfast/tests", devDependencies: { "@holdfast/server": "1" } },
    "tests/a.test.ts": 'import "@holdfast/server"; import "../scripts/x.mjs";',
    ...changes,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(
      join(root, name),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  return root;
}

test("checkBoundaries() finds nothing in a workspace that obeys", () => {
  expect(checkBoundaries(workspace({}))).toEqual([]);
});

const core = "packages/core/src/framing/b.ts";
const adapter = "packages/adapter-x/src/more.ts";
test.for<[title: string, file: string, content: string, violation: string]>([
  ["core imports one of ours", core, 'import "@holdfast/client";', "core imports nothing of ours"],
  [
    "core imports one of ours for its types",
    core,
    'import type { X } from "@holdfast/client";',
    "core imports nothing of ours",
  ],
  [
    "a type is imported in place",
    core,
    'export type X = import("@holdfast/client").X;',
    "core imports nothing of ours",
  ],
  [
    "an import is dynamic",
    core,
    'await import("@holdfast/client");',
    "core imports nothing of ours",
  ],
  [
    "an adapter imports more than core",
    adapter,
    'export * from "@holdfast/client";',
    "adapters import core only",
  ],
  [
    "the client imports one of ours",
    "packages/client/src/x.ts",
    'import type { Session } from "@holdfast/core";',
    "the client imports nothing of ours",
  ],
  [
    "a package imports an app",
    "packages/client/src/x.ts",
    'import "@holdfast/server";',
    "nothing imports an app",
  ],
  [
    "an app imports an app",
    "apps/harness/src/x.ts",
    'import "@holdfast/server";',
    "nothing imports an app",
  ],
  [
    "a file imports its own package by name",
    "apps/harness/src/x.ts",
    'import "@holdfast/harness";',
    "its own package by name",
  ],
  [
    "a package imports tests",
    "packages/client/src/x.ts",
    'import "@holdfast/tests";',
    "nothing imports tests",
  ],
  [
    "a file imports its own index",
    core,
    'import { a } from "../index.ts";',
    "its own package's index.ts",
  ],
  [
    "a test imports its own index",
    "packages/core/src/x.test.ts",
    'import "./index.ts";',
    "its own package's index.ts",
  ],
  [
    "a file reaches into another package",
    adapter,
    'import "../../core/src/framing/b.ts";',
    "outside of the package",
  ],
  [
    "an import names what is not exported",
    adapter,
    'import "@holdfast/core/src/a.ts";',
    "does not export it",
  ],
  [
    "an import is not declared",
    adapter,
    'import "zod";',
    "not declared in packages/adapter-x/package.json",
  ],
  [
    "a source relies on a devDependency",
    adapter,
    'import "vitest";',
    "not declared in packages/adapter-x/package.json",
  ],
  ["a builtin has no prefix", adapter, 'import "fs";', "write node:fs"],
  [
    "a lower floor imports an upper one",
    core,
    'import { a } from "../session/a.ts";',
    "framing stands below session",
  ],
  [
    "files make a circle",
    "packages/client/src/x.ts",
    'import "./x.ts";',
    "circle: src/x.ts -> src/x.ts",
  ],
])("checkBoundaries() tells when %s", ([, file, content, violation]) => {
  expect(checkBoundaries(workspace({ [file]: content }))).toContainEqual(
    expect.stringContaining(violation),
  );
});

test.for<[title: string, file: string, manifest: object, violation: string]>([
  [
    "a devDependency points up",
    "packages/core/package.json",
    {
      name: "@holdfast/core",
      dependencies: { zod: "1" },
      devDependencies: { "@holdfast/client": "1" },
    },
    "packages/core/package.json: depends on @holdfast/client: core imports nothing of ours",
  ],
  [
    "a package depends on an app",
    "packages/client/package.json",
    { name: "@holdfast/client", peerDependencies: { "@holdfast/server": "1" } },
    "depends on @holdfast/server: nothing imports an app",
  ],
  [
    "a dependency is of ours and unknown",
    "packages/client/package.json",
    { name: "@holdfast/client", devDependencies: { "@holdfast/gone": "1" } },
    "depends on @holdfast/gone: there is no such package",
  ],
  [
    "a dependency is not used",
    "packages/client/package.json",
    { name: "@holdfast/client", dependencies: { hono: "1" } },
    "depends on hono: no file of it does",
  ],
  [
    "packages make a circle",
    "packages/core/package.json",
    { name: "@holdfast/core", devDependencies: { "@holdfast/adapter-x": "1" } },
    "circle: @holdfast/adapter-x -> @holdfast/core -> @holdfast/adapter-x",
  ],
])("checkBoundaries() tells when %s", ([, file, manifest, violation]) => {
  expect(checkBoundaries(workspace({ [file]: manifest }))).toContainEqual(
    expect.stringContaining(violation),
  );
});
