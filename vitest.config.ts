import { defineConfig } from "vitest/config";

const projects = [
  ["core", "packages/core"],
  ["adapter-bash", "packages/adapter-bash"],
  ["adapter-python", "packages/adapter-python"],
  ["console", "packages/console"],
  ["server", "apps/server"],
  ["harness", "apps/harness"],
  ["tests", "tests"],
] as const;

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: projects.map(([name, root]) => ({ extends: true, test: { name, root } })),
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**", "apps/*/src/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
