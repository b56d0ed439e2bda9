import { defineConfig } from "vitest/config";

const projects = [
  ["core", "packages/core"],
  ["adapter-bash", "packages/adapter-bash"],
  ["adapter-javascript", "packages/adapter-javascript"],
  ["adapter-python", "packages/adapter-python"],
  ["notebook", "packages/notebook"],
  ["store-sqlite", "packages/store-sqlite"],
  ["client", "packages/client"],
  ["mcp", "packages/mcp"],
  ["console", "packages/console"],
  ["opentelemetry", "packages/opentelemetry"],
  ["server", "apps/server"],
  ["harness", "apps/harness"],
  ["tests", "tests"],
] as const;

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
