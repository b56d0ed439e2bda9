import type { HostOptions } from "@holdfast/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { has } from "../support/requires.ts";
import { hasChromium, launchBrowser } from "../support/browser.ts";
import { type Console, type ConsoleOptions, openConsole } from "./console-page.ts";

const canRun = has("chromium", hasChromium);

/** What a test of the page has: a server of its own, and pages. */
export interface ConsoleTest {
  readonly server: TestServer;
  /** Opens a page, of another server if one is named. */
  readonly open: (options?: ConsoleOptions & { readonly url?: string }) => Promise<Page>;
  /** What the browser has refused so far, and what went wrong; taken away. */
  readonly takeErrors: () => string[];
}

/** Describes what the page does, before a real server in a real browser. No page may fail, or ask anybody else. */
export function describeConsole(
  title: string,
  tests: (test: ConsoleTest) => void,
  hostOptions: Partial<HostOptions> = {},
): void {
  describe.skipIf(!canRun)(`console: ${title}`, () => {
    let browser: Browser;
    let server: TestServer;
    const consoles: Console[] = [];
    beforeAll(async () => void (browser = await launchBrowser()));
    afterAll(() => browser.close());
    beforeEach(async () => void (server = await testServer({}, hostOptions)));
    afterEach(async () => {
      for (const { page, errors, foreign } of consoles.splice(0)) {
        await page.close();
        expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
      }
      await server[Symbol.asyncDispose]();
    });
    tests({
      get server() {
        return server;
      },
      async open({ url = `http://127.0.0.1:${server.port}`, ...options } = {}) {
        const opened = await openConsole(browser, url, options);
        consoles.push(opened);
        return opened.page;
      },
      takeErrors: () => consoles.flatMap(({ errors }) => errors.splice(0)),
    });
  });
}
