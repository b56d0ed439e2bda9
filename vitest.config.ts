import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "vitest/config";

const folders = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(import.meta.dirname, parent)).map((name) => `${parent}/${name}`),
);
/** A project for each member of the workspace, named after its folder. */
const projects = [...folders, "tests"]
  .filter((folder) => existsSync(join(import.meta.dirname, folder, "package.json")))
  .map((folder) => [basename(folder), folder] as const);

/**
 * Packages import each other as built. For coverage they are read from their sources, since what Node loads by itself is
 * not counted.
 */
const alias = process.argv.includes("--coverage") ? folders.flatMap(sourcesOf) : [];

function sourcesOf(folder: string): { find: RegExp; replacement: string }[] {
  const path = join(import.meta.dirname, folder);
  const { name, exports = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports?: Readonly<Record<string, unknown>>;
  };
  return Object.keys(exports).flatMap((entry) => {
    const source = join(path, "src", entry === "." ? "index.ts" : `${entry.slice(2)}.ts`);
    const find = new RegExp(`^${join(name, entry)}$`);
    return existsSync(source) ? [{ find, replacement: source }] : [];
  });
}

export default defineConfig({
  resolve: { alias },
  test: {
    passWithNoTests: true,
    // Workers die with the thread that spawned them (parent death signal), so a test file needs a process of its own.
    pool: "forks",
    // Bounds against hanging, not expectations: several gates and builds may share two cores.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: projects.map(([name, root]) => ({ extends: true, test: { name, root } })),
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**", "apps/*/src/**"],
      reporter: ["text", "json-summary"],
    },
  },
});
