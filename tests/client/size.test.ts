import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "tsdown";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";

const index = join(repository, "packages/client/dist/index.mjs");

it.each([
  ["all of it", `export * from ${JSON.stringify(index)};`, 10_000],
  ["createClient", `export { createClient } from ${JSON.stringify(index)};`, 8_000],
  // What is not used is left out.
  ["isApiError", `export { isApiError } from ${JSON.stringify(index)};`, 1_000],
])("the client in a page, minified and gzipped: %s", async (_, code, limitBytes) => {
  const folder = mkdtempSync(join(tmpdir(), "client-size-"));
  const entry = join(folder, "page.mjs");
  writeFileSync(entry, code);
  await build({
    config: false,
    cwd: folder,
    entry,
    outDir: join(folder, "dist"),
    minify: true,
    dts: false,
    platform: "browser",
    outExtensions: () => ({ js: ".js" }),
    logLevel: "silent",
  });
  const bytes = gzipSync(readFileSync(join(folder, "dist/page.js"))).length;
  rmSync(folder, { recursive: true });
  expect(bytes).toBeLessThan(limitBytes);
});
