import { join } from "node:path";

/** The repository's root. */
export const repository = join(import.meta.dirname, "..", "..");

/** Folders of the packages that are published, in the order in which they depend on each other. */
export const publishedPackages = [
  "packages/core",
  "packages/adapter-bash",
  "packages/adapter-python",
  "packages/store-sqlite",
  "packages/client",
  "packages/mcp",
  "packages/notebook",
  "packages/console",
  "packages/opentelemetry",
  "apps/server",
  "apps/harness",
] as const;
