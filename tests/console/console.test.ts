/// <reference lib="dom" />
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { has } from "../support/requires.ts";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { hasChromium, launchBrowser } from "../support/browser.ts";

const canRun = has("chromium", hasChromium);

/** A page of the console, and what it did besides. */
interface Console {
  readonly page: Page;
  /** Errors of scripts and of the security policy. */
  readonly errors: string[];
  /** Requests to anybody else. */
  readonly foreign: string[];
}

async function openConsole(
  browser: Browser,
  url: string,
  options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {},
): Promise<Console> {
  const { colorScheme = "light", width = 1200 } = options;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // The browser tells each answer of 400 or more, and each broken connection, as an error.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      errors.push(message.text());
  });
  page.on("request", (request) => {
    if (
      !request.url().startsWith(new URL(url).origin) &&
      !/^(?:data|about|blob):/.test(request.url())
    )
      foreign.push(request.url());
  });
  await page.goto(url);
  return { page, errors, foreign };
}

/** Starts a session by its button and waits until code can be written. */
async function startSession(page: Page, runtime: string): Promise<string> {
  await page.getByRole("button", { name: `New ${runtime} session` }).click();
  await page.getByLabel("Code").waitFor();
  await page.waitForFunction(() => location.hash.length > 1);
  return new URL(page.url()).hash.slice(1);
}

/** Runs code by the keyboard and answers its cell. */
async function run(page: Page, code: string, keys = "Shift+Enter") {
  const number = await page.locator("article").count();
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Code").press(keys);
  return page.locator("article").nth(number);
}

describe.skipIf(!canRun)("the console page", () => {
  let browser: Browser;
  let server: TestServer;
  let url: string;
  const consoles: Console[] = [];
  const open = async (options?: Parameters<typeof openConsole>[2]) => {
    const opened = await openConsole(browser, url, options);
    consoles.push(opened);
    return opened.page;
  };

  beforeAll(async () => void (browser = await launchBrowser()));
  afterAll(() => browser.close());
  beforeEach(async () => {
    server = await testServer();
    url = `http://127.0.0.1:${server.port}`;
  });
  afterEach(async () => {
    for (const { page, errors, foreign } of consoles.splice(0)) {
      await page.close();
      expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
    }
    await server[Symbol.asyncDispose]();
  });

  it("runs cells in a session that keeps its state, results and timings shown [R3.1]", async () => {
    const page = await open();
    await startSession(page, "python");
    await (await run(page, "x = 41")).getByText("ok").waitFor();
    const cell = await run(page, "x + 1", "Control+Enter");
    await cell.locator(".result", { hasText: /^42$/ }).waitFor();
    await cell.locator("footer", { hasText: /ok\d+ ms/ }).waitFor();
    expect(await page.getByLabel("Code").inputValue()).toBe("");
  });

  it("shows output while the code runs, and interrupts it [R1.6] [R1.7]", async () => {
    const page = await open();
    const id = await startSession(page, "bash");
    const cell = await run(page, "printf part; sleep 100");
    await cell.locator(".stdout", { hasText: /^part$/ }).waitFor();
    expect(await cell.getAttribute("data-status")).toBe("running");
    await page.locator("header").getByRole("button", { name: "Interrupt" }).click();
    await cell.getByText("interrupted").waitFor();
    const other = await run(page, "echo again; sleep 100");
    await other.locator(".stdout", { hasText: "again" }).waitFor();
    await page.getByLabel("Code").press("Control+c");
    await other.getByText("interrupted").waitFor();
    expect(server.host.get(id).session.status).toBe("idle");
  });

  it("keeps streams apart, shows colours, and shows no markup of the output's as such [A23]", async () => {
    const page = await open();
    await startSession(page, "bash");
    const cell = await run(
      page,
      `printf '\\033[31mred\\033[0m plain <img src=x onerror=alert(1)> \\033]8;;javascript:alert(1)\\033\\\\link\\n'; echo oops >&2`,
    );
    await cell.locator(".stderr", { hasText: "oops" }).waitFor();
    expect(await cell.locator(".stdout").textContent()).toBe(
      "red plain <img src=x onerror=alert(1)> link",
    );
    const color = (locator: string) =>
      cell
        .locator(locator)
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    expect(await color(".stdout span")).toBe(await color(".stderr"));
    expect(await cell.locator("img, a").count()).toBe(0);
  });

  it("shows images and HTML, and runs nothing of them [A08]", async () => {
    const page = await open();
    await startSession(page, "python");
    const cell = await run(
      page,
      [
        "import base64",
        "png = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')",
        "display({'image/png': png}, raw=True)",
        'display({\'image/svg+xml\': \'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.hit=1</script></svg>\'}, raw=True)',
        "display({'text/html': '<table><tr><td>cell one</td></tr></table><script>parent.hit=2</script><img src=x onerror=\"parent.hit=3\"><a href=\"javascript:parent.hit=4\">click</a>'}, raw=True)",
      ].join("\n"),
    );
    await cell.getByText("ok", { exact: true }).waitFor();
    const sizes = await cell
      .locator("img")
      .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
    expect(sizes).toEqual([1, 9]);
    const frame = cell.locator("iframe").contentFrame();
    await frame.getByText("cell one").waitFor();
    await frame.getByText("click").click();
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit)).toBeUndefined();
    expect(await cell.locator("iframe").evaluate((element) => element.clientHeight)).toBeLessThan(
      200,
    );
    // What the frame tries is refused by the browser, which says so.
    const refusals = consoles.at(-1)?.errors.splice(0) ?? [];
    for (const refusal of refusals) expect(refusal).toMatch(/sandboxed|Content Security Policy/);
    expect(refusals.length).toBeGreaterThan(0);
  });

  it("shows tracebacks, exit codes and what became of the state [R2.1]", async () => {
    const page = await open();
    await startSession(page, "python");
    const failed = await run(page, "1/0");
    await failed.locator(".stderr", { hasText: "ZeroDivisionError: division by zero" }).waitFor();
    await failed.getByText("error", { exact: true }).waitFor();
    const lost = await run(page, "import os; os._exit(42)");
    await lost.getByText(/exit code 42 · the session's state is lost/).waitFor();
    await (await run(page, "'alive'")).locator(".result", { hasText: "'alive'" }).waitFor();
    await page.getByText(/restarted once/).waitFor();
  });

  it("asks inline what the code asks, secrets hidden [R2.5]", async () => {
    const page = await open();
    await startSession(page, "python");
    const cell = await run(
      page,
      "import getpass\na = input('name? ')\nb = getpass.getpass('secret? ')\na + b",
    );
    await page.getByLabel("name?").fill("ada");
    await page.getByLabel("name?").press("Enter");
    const secret = page.getByLabel("secret?");
    await secret.waitFor();
    expect(await secret.getAttribute("type")).toBe("password");
    await secret.fill("x");
    await secret.press("Enter");
    await cell.locator(".result", { hasText: "'adax'" }).waitFor();
    expect(await page.locator("form").count()).toBe(0);
  });

  it("runs beside the foreground, and kills [R4.2] [R4.3]", async () => {
    const page = await open();
    await startSession(page, "bash");
    const background = await run(page, "echo begun; sleep 100", "Alt+Enter");
    await background.locator(".stdout", { hasText: "begun" }).waitFor();
    await (await run(page, "echo free")).locator(".stdout", { hasText: "free" }).waitFor();
    await background.getByRole("button", { name: "Kill" }).click();
    await background.getByText(/SIGKILL/).waitFor();
  });

  it("shows what was there after a reload, in order, and follows what still runs [R1.6]", async () => {
    const page = await open();
    const id = await startSession(page, "bash");
    await (
      await run(page, "echo out; sleep 0.1; echo err >&2; sleep 0.1; echo out again")
    )
      .getByText("ok")
      .waitFor();
    const running = await run(page, "echo before; read -r line; echo after $line");
    await running.locator(".stdout", { hasText: "before" }).waitFor();
    await page.reload();
    const cells = page.locator("article");
    await cells.nth(1).locator(".stdout", { hasText: "before" }).waitFor();
    expect(await cells.first().locator(".output pre").allTextContents()).toEqual([
      "out",
      "err",
      "out again",
    ]);
    expect(await cells.first().locator(".code pre").textContent()).toBe(
      "echo out; sleep 0.1; echo err >&2; sleep 0.1; echo out again",
    );
    const execution = server.host.get(id).session.executions.at(-1);
    await execution?.write("reload\n");
    await cells.nth(1).locator(".stdout", { hasText: "after reload" }).waitFor();
    expect(await cells.count()).toBe(2);
  });

  it("shows what others run in the same session", async () => {
    const page = await open();
    const id = await startSession(page, "bash");
    await (await run(page, "echo mine")).getByText("ok").waitFor();
    await server.api.execute(id, "echo theirs");
    await page.locator("article").nth(1).locator(".stdout", { hasText: "theirs" }).waitFor();
  });

  it("goes on by seq after its connection broke: nothing lost, nothing twice [D21]", async () => {
    await using proxy = await breakableProxy(server.port);
    url = `http://127.0.0.1:${proxy.port}`;
    const page = await open();
    await startSession(page, "bash");
    const cell = await run(page, "for i in {1..60}; do echo line $i; sleep 0.02; done");
    for (const line of [5, 20, 40]) {
      await cell.locator(".stdout", { hasText: new RegExp(`line ${line}\\n`) }).waitFor();
      proxy.breakAll();
    }
    await cell.getByText("ok", { exact: true }).waitFor();
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`);
    expect(await cell.locator(".stdout").textContent()).toBe(lines.join("\n"));
    expect(server.host.list()[0]?.session.executionCount).toBe(1);
  });

  it("stays usable under a flood, and says what it leaves out [F19]", async () => {
    const page = await open();
    await startSession(page, "bash");
    const cell = await run(
      page,
      "yes '0123456789 0123456789 0123456789' | head -c 20000000; echo; echo last",
    );
    await cell.getByText("ok", { exact: true }).waitFor();
    await cell.getByText("earlier output is not shown").waitFor();
    expect(await cell.locator(".stdout").textContent()).toMatch(/\nlast$/);
    await (await run(page, "echo next")).locator(".stdout", { hasText: "next" }).waitFor();
  });

  it("recalls, reuses and indents by the keyboard", async () => {
    const page = await open();
    await startSession(page, "python");
    const field = page.getByLabel("Code");
    await (await run(page, "1")).getByText("ok").waitFor();
    await (await run(page, "2")).getByText("ok").waitFor();
    await field.press("ArrowUp");
    expect(await field.inputValue()).toBe("2");
    await field.press("ArrowUp");
    expect(await field.inputValue()).toBe("1");
    await field.press("ArrowDown");
    expect(await field.inputValue()).toBe("2");
    await page.locator("article").first().getByRole("button", { name: "Reuse" }).click();
    expect(await field.inputValue()).toBe("1");
    await field.fill("");
    await field.press("Tab");
    expect(await field.inputValue()).toBe("    ");
    await field.press("Escape");
    await field.press("Tab");
    expect(await field.evaluate((element) => document.activeElement === element)).toBe(false);
  });

  it("restarts, deletes, and leaves a session that is gone", async () => {
    const page = await open();
    const id = await startSession(page, "python");
    await (await run(page, "x = 1")).getByText("ok").waitFor();
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByText(/restarted once/).waitFor();
    await (await run(page, "x")).getByText("NameError").first().waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Start a session at the side").waitFor();
    expect((await server.api.get(`/v1/sessions/${id}`)).status).toBe(410);
    const other = await startSession(page, "bash");
    await server.api.request("DELETE", `/v1/sessions/${other}`);
    await page.getByText("Start a session at the side").waitFor();
  });

  it("asks for the token that the server wants, and for it again if it is wrong [A49]", async () => {
    await using closed = await testServer({ token: "right" });
    url = `http://127.0.0.1:${closed.port}`;
    const page = await open();
    await page.getByLabel(/token/).fill("wrong");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel(/token/).fill("right");
    await page.getByRole("button", { name: "Continue" }).click();
    await startSession(page, "bash");
    await (await run(page, "echo in")).locator(".stdout", { hasText: "in" }).waitFor();
  });

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 400],
  ] as const)("fits a %s screen of %i pixels, with enough contrast", async (colorScheme, width) => {
    const page = await open({ colorScheme, width });
    await startSession(page, "bash");
    await (await run(page, "printf 'x%.0s' {1..500}")).getByText("ok").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    );
    const [ink, ground] = await page.locator(".stdout").evaluate((element) => {
      const luminance = (color: string) => {
        const [r = 0, g = 0, b = 0] = (color.match(/\d+/g) ?? []).map((part) => {
          const value = Number(part) / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const article = element.closest("article") as HTMLElement;
      return [
        luminance(getComputedStyle(element).color),
        luminance(getComputedStyle(article).backgroundColor),
      ];
    });
    const [low = 0, high = 0] = [ink ?? 0, ground ?? 0].toSorted((a, b) => a - b);
    expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(7);
  });

  it("has a reference page that loads nothing from elsewhere", async () => {
    url = `${url}/docs`;
    const page = await open();
    await page.getByText("/v1/sessions/{id}/executions", { exact: true }).first().waitFor();
  });
});
