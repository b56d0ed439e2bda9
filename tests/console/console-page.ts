/// <reference lib="dom" />
import type { Browser, Locator, Page } from "playwright-core";

/** A page of the console, and what it did besides. */
export interface Console {
  readonly page: Page;
  /** Errors of scripts and of the security policy. */
  readonly errors: string[];
  /** Requests to anybody else. */
  readonly foreign: string[];
}

/** What a page is opened with. */
export interface ConsoleOptions {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly reducedMotion?: "reduce";
}

/** Opens the console of a server. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: ConsoleOptions = {},
): Promise<Console> {
  const { width = 1200, ...look } = options;
  const page = await browser.newPage({ ...look, viewport: { width, height: 800 } });
  // A step that waits for longer says what for, before the test as a whole is given up.
  page.setDefaultTimeout(25_000);
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

/** Starts a session as a newcomer does, and waits until code can be written. */
export async function startSession(page: Page, runtime: string): Promise<string> {
  await page.locator(".starts").getByRole("button", { name: runtime }).click();
  return shownSession(page);
}

/** Starts one while another is shown. */
export async function startAnother(page: Page, runtime: string, name?: string): Promise<string> {
  const before = page.url();
  await page.getByRole("button", { name: "New session" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: runtime }).check();
  if (name !== undefined) await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Start session" }).click();
  await page.waitForURL((url) => url.href !== before);
  return shownSession(page);
}

async function shownSession(page: Page): Promise<string> {
  await page.waitForFunction(() => location.hash.length > 1);
  await editor(page).waitFor();
  return new URL(page.url()).hash.slice(1);
}

/** The cells of the session that is shown. */
export function cells(page: Page): Locator {
  return page.locator("article");
}

/** The editor of a cell, by default of the last one. */
export function editor(page: Page, cell: Locator = cells(page).last()): Locator {
  return cell.getByRole("textbox", { name: /^Code of cell/ });
}

/** What stands in an editor. */
export function codeOf(field: Locator): Promise<string> {
  return field.evaluate((element) =>
    [...element.querySelectorAll(".cm-line")]
      .map((line) => (line.querySelector(".cm-placeholder") === null ? line.textContent : ""))
      .join("\n"),
  );
}

/** Writes code in the place of what stands in an editor, at once, as a paste does. */
export async function write(
  page: Page,
  code: string,
  field: Locator = editor(page),
): Promise<void> {
  await field.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(code);
}

/** Runs code in the last cell, by the keyboard, and answers the cell. */
export async function run(page: Page, code: string, keys = "Shift+Enter"): Promise<Locator> {
  const count = await cells(page).count();
  await write(page, code);
  await page.keyboard.press(keys);
  await cells(page).nth(count).waitFor();
  return cells(page).nth(count - 1);
}

/** Waits until a cell says this of its run. */
export async function ended(cell: Locator, status: string | RegExp = "done"): Promise<void> {
  await cell.getByRole("status").filter({ hasText: status }).waitFor();
}

/** Answers yes to a question of the page's. */
export async function agree(page: Page, action: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: action }).click();
}

/** Chooses from the menu of the session. */
export async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "Session: more" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}
