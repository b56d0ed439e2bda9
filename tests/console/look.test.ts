/// <reference lib="dom" />
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { cells, ended, run, startSession } from "./console-page.ts";
import { describeConsole } from "./with-console.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const firstLoadBytes = 200 * 1024;

/** What stands in the way of people who see, hear or move otherwise, by axe. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(
    // Frames of output run no script, so axe cannot look into them.
    () =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        iframes: false,
      }),
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

describeConsole("the look of the console", (test) => {
  it("is there after less than 200 KB, all of it from here", async () => {
    const page = await test.open();
    const client = await page.context().newCDPSession(page);
    let received = 0;
    client.on(
      "Network.loadingFinished",
      ({ encodedDataLength }) => (received += encodedDataLength),
    );
    await client.send("Network.enable");
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    await page.reload({ waitUntil: "networkidle" });
    await page.getByRole("heading", { name: "Start a session" }).waitFor();
    expect(received).toBeGreaterThan(50_000);
    expect(received).toBeLessThan(firstLoadBytes);
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 390],
  ] as const)(
    "hinders nobody, %s and %i pixels wide",
    { timeout: 90_000 },
    async (colorScheme, width) => {
      const page = await test.open({ colorScheme, width, reducedMotion: "reduce" });
      const isWide = width > 760;
      await page.getByRole("heading", { name: "Start a session" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await startSession(page, "python");
      await ended(await run(page, "x = 1\nfor i in range(3):  # a comment\n    print(f'{i}')"));
      await ended(await run(page, "display({'text/html': '<p>hi</p>'}, raw=True)"));
      await ended(await run(page, "1 / 0"), "failed");
      const asking = await run(page, "input('name? ')");
      await asking.getByLabel("name?").waitFor();
      expect(await violations(page)).toEqual([]);
      await asking.getByLabel("name?").press("Enter");
      await ended(asking);
      for (const name of ["Variables", "Checkpoints", "Files"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const panel = page.getByRole("region", { name });
        if (name === "Checkpoints") {
          await panel.getByRole("button", { name: "Keep state" }).click();
          await panel.getByText("last kept or restored").waitFor();
        } else await panel.getByRole("listitem").first().waitFor();
        expect(await violations(page)).toEqual([]);
        await panel.getByRole("button", { name: `Close ${name.toLowerCase()}` }).click();
      }
      if (!isWide) await page.getByRole("button", { name: "Show sessions" }).click();
      await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "New session" }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
    },
  );

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 390],
  ] as const)("fits a %s screen of %i pixels, with enough contrast", async (colorScheme, width) => {
    const page = await test.open({ colorScheme, width });
    await startSession(page, "bash");
    const cell = await run(page, "printf 'x%.0s' {1..500}");
    await ended(cell);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    );
    const [ink, ground] = await cell.locator(".stdout").evaluate((element) => {
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

  it("stands still for those who want that", async () => {
    const page = await test.open({ reducedMotion: "reduce" });
    await startSession(page, "bash");
    await run(page, "sleep 100");
    const dot = page.locator(".dot.busy");
    await dot.waitFor();
    expect(await dot.evaluate((element) => getComputedStyle(element).animationName)).toBe("none");
  });

  it("shows sessions and panels in front of the notebook on a phone", async () => {
    const page = await test.open({ width: 390 });
    const id = await startSession(page, "bash");
    const list = page.getByRole("navigation", { name: "Sessions" });
    expect(await list.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Show sessions" }).click();
    await list.getByRole("button", { name: new RegExp(id.slice(0, 8)) }).click();
    await list.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Variables" }).click();
    const panel = await page.getByRole("region", { name: "Variables" }).boundingBox();
    expect(panel).toMatchObject({ x: 0, width: 390 });
    await page.getByRole("button", { name: "Close variables" }).click();
    await cells(page).last().waitFor();
  });

  it("has a reference page that loads nothing from elsewhere", async () => {
    const page = await test.open({ url: `http://127.0.0.1:${test.server.port}/docs` });
    await page.getByText("/v1/sessions/{id}/executions", { exact: true }).first().waitFor();
  });
});
