import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterEach, expect, it, vi } from "vitest";
import { staticFile } from "./static-file.ts";

vi.mock("node:crypto", { spy: true });

const folder = mkdtempSync(join(tmpdir(), "static-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("staticFile() makes the entity tag once, as it reads the file once, for all requests [A62]", async () => {
  const path = join(folder, "page.html");
  const app = new Hono().get("/", staticFile(path, { "content-type": "text/html" }));
  app.onError((_, c) => c.body(null, 500));
  expect((await app.request("/")).status).toBe(500); // not there yet: the next one tries again
  writeFileSync(path, "x".repeat(10_000));
  const ask = async (accepted: string) =>
    app.request("/", { headers: { "accept-encoding": accepted } });
  const answers = await Promise.all(["br", "gzip", "", ""].map(ask));
  const tags = answers.map(({ headers }) => headers.get("etag"));
  expect(new Set(tags).size).toBe(1);
  const again = await app.request("/", { headers: { "if-none-match": tags[0] ?? "" } });
  expect(again.status).toBe(304);
  expect(vi.mocked(createHash)).toHaveBeenCalledTimes(1);
});
