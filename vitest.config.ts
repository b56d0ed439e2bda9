import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "vitest/config";

const folders = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(import.meta.dirname, parent)).map((name) => `${parent}/${name}`),
);
/** A project for each member of the workspace, named after its folder. */
const projects = [...folders, "tests"]
  .filter((folder) => existsSync(join(import.meta.dirname, folder, "package.json")))
  .map((folder) => [basename(folder), folder] as const);

export default defineConfig({
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
      reporter: ["text-summary", "json-summary"],
    },
  },
});
