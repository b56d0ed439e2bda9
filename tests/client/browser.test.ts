/// <reference lib="dom" />
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type * as client from "@holdfast/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { type BreakableProxy, breakableProxy } from "../support/breakable-proxy.ts";
import { hasChromium, launchBrowser } from "../support/browser.ts";
import { repository } from "../support/repository.ts";
import { has } from "../support/requires.ts";

const dist = join(repository, "packages/client/dist");

declare global {
  interface Window {
    holdfast: typeof client;
  }
}

/** A page of the server's origin that has the client, as it was built. */
async function openPage(browser: Browser, port: number): Promise<Page> {
  const page = await browser.newPage();
  const origin = `http://127.0.0.1:${port}`;
  await page.route(`${origin}/of-the-test/**`, (route) => {
    const name = basename(new URL(route.request().url()).pathname);
    return name === "page.html"
      ? route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Test</title>" })
      : route.fulfill({
          contentType: "text/javascript",
          body: readFileSync(join(dist, name), "utf8"),
        });
  });
  await page.goto(`${origin}/of-the-test/page.html`);
  await page.addScriptTag({
    type: "module",
    content: 'import * as client from "/of-the-test/index.mjs"; window.holdfast = client;',
  });
  await page.waitForFunction(() => "holdfast" in window);
  return page;
}

describe.skipIf(!has("chromium", hasChromium))("the client in a browser", () => {
  let browser: Browser;
  let server: TestServer;
  let proxy: BreakableProxy;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    server = await testServer({ heartbeatMs: 50 });
    proxy = await breakableProxy(server.port);
    page = await openPage(browser, proxy.port);
  });
  afterAll(async () => {
    await browser.close();
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("runs code, in the order of the calls, and answers prompts", async () => {
    const ends = await page.evaluate(async () => {
      const session = await window.holdfast
        .createClient({ baseUrl: "/" })
        .sessions.create({ runtime: "python" });
      const executions = ["x = 20", "print('out'); x * 2 + 2", "input('name? ')"].map((code) =>
        session.execute(code, { onInput: ({ prompt }) => `to ${prompt}` }),
      );
      const all = await Promise.all(executions);
      await session.delete();
      return all.map(({ stdout, result }) => [stdout, result?.value]);
    });
    expect(ends).toEqual([
      ["", undefined],
      ["out\n", 42],
      ["", "to name? "],
    ]);
  });

  it("gives every event once and in order over connections that break", async () => {
    const breaking = setInterval(() => proxy.breakAll(), 100);
    const seen = await page.evaluate(async () => {
      const { createClient } = window.holdfast;
      const holdfast = createClient({
        baseUrl: "/",
        retry: { minDelayMs: 5, maxDelayMs: 20, requests: 50, reconnects: 50 },
      });
      const session = await holdfast.sessions.create({ runtime: "bash" });
      const seqs: number[] = [];
      let text = "";
      const code = "n=$((n + 1)); for i in {1..300}; do echo $n $i; sleep 0.005; done";
      for await (const event of session.execute(code)) {
        seqs.push(event.seq);
        if (event.type === "stdout") text += event.text;
      }
      return { seqs, text };
    });
    clearInterval(breaking);
    expect(seen.seqs).toEqual(seen.seqs.map((_, index) => index + 1));
    expect(seen.text).toBe(Array.from({ length: 300 }, (_, i) => `1 ${i + 1}\n`).join(""));
    expect(proxy.connections).toBeGreaterThan(8);
  });

  it("gives bytes, exact, and leaves an execution with its signal", async () => {
    const seen = await page.evaluate(async () => {
      const session = await window.holdfast
        .createClient({ baseUrl: "/" })
        .sessions.create({ runtime: "bash" });
      const { stdout } = await session.execute("printf 'a\\xff\\x00'", { encoding: "bytes" });
      const leaving = new AbortController();
      const endless = session.execute("sleep 1000", {
        signal: leaving.signal,
        interruptOnAbort: true,
      });
      const id = await endless.id;
      leaving.abort();
      const name = await endless.then(
        () => "none",
        (error: unknown) => (error as Error).name,
      );
      return { bytes: [...stdout], name, status: (await session.execution(id)).status };
    });
    expect(seen).toEqual({ bytes: [97, 255, 0], name: "AbortError", status: "interrupted" });
  });

  it("tells refusals by their code", async () => {
    const seen = await page.evaluate(async () => {
      const { createClient, isApiError } = window.holdfast;
      try {
        await createClient({ baseUrl: "/" }).sessions.get("never-was");
        return "nothing";
      } catch (error) {
        return isApiError(error, "session_not_found") ? error.message : String(error);
      }
    });
    expect(seen).toContain("never-was");
  });

  it("does not hold the page's few connections for what nobody follows", async () => {
    const seen = await page.evaluate(async () => {
      const session = await window.holdfast
        .createClient({ baseUrl: "/" })
        .sessions.create({ runtime: "bash" });
      const jobs = Array.from({ length: 10 }, () =>
        session.execute("sleep 1000", { background: true }),
      );
      await Promise.all(jobs.map(({ id }) => id));
      const { stdout } = await session.execute("echo beside");
      await session.delete();
      return stdout;
    });
    expect(seen).toBe("beside\n");
  });
});
