/// <reference lib="dom" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { agree, cells, ended, run, startSession } from "./console-page.ts";
import { describeConsole } from "./with-console.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function openPanel(page: Page, name: "Variables" | "Checkpoints" | "Files") {
  await page.getByRole("button", { name, exact: true }).click();
  return page.getByRole("region", { name });
}

describeConsole("the panels of a session", (test) => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "console-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps states, goes back to one, and begins another session with one [R7.3]", async () => {
    const page = await test.open();
    const id = await startSession(page, "python");
    const panel = await openPanel(page, "Checkpoints");
    await ended(await run(page, "x = 'kept'; f = open('/etc/hosts')"));
    await panel.getByLabel("Name of the checkpoint").fill("good");
    await panel.getByRole("button", { name: "Keep state" }).click();
    const entry = panel.getByRole("listitem").filter({ hasText: "good" }).first();
    await entry.getByText("last kept or restored").waitFor();
    await entry.getByText("1 left out").click();
    await entry.getByRole("listitem").filter({ hasText: "f" }).waitFor();
    await ended(await run(page, "x = 'changed'"));
    await entry.getByRole("button", { name: "Restore here" }).click();
    await agree(page, "Restore");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await (await run(page, "x")).locator(".result", { hasText: "kept" }).waitFor();
    await entry.getByRole("button", { name: "Checkpoint good: more" }).click();
    await page.getByRole("menuitem", { name: "Restore into a new session" }).click();
    await page.waitForURL((url) => !url.hash.includes(id));
    await (await run(page, "x")).locator(".result", { hasText: "kept" }).waitFor();
    expect(test.server.host.list()).toHaveLength(2);
  });

  it("deletes a checkpoint when asked twice", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const panel = await openPanel(page, "Checkpoints");
    await panel.getByLabel("Name of the checkpoint").fill("old");
    await panel.getByRole("button", { name: "Keep state" }).click();
    await panel.getByRole("button", { name: "Checkpoint old: more" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await agree(page, "Delete");
    await panel.getByText("A checkpoint keeps").waitFor();
  });

  it("lists variables with their values, marks what changed, in place too, and modules [R8.1] [R8.2]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const panel = await openPanel(page, "Variables");
    await panel.getByText("Nothing is defined yet.").waitFor();
    await ended(
      await run(page, "import json\nclass Box: pass\nbox = Box(); box.a = 1\nn = [1, {'k': 'v'}]"),
    );
    const variable = (name: string) =>
      panel.getByRole("listitem").filter({ has: page.locator(".name", { hasText: name }) });
    await variable("n").filter({ hasText: "[1, {'k': 'v'}]" }).first().waitFor();
    await ended(await run(page, "box.a = 2"));
    await variable("box").getByText("changed", { exact: true }).waitFor();
    await variable("n").locator(".mark").waitFor({ state: "detached" });
    await variable("n").locator("summary").first().click();
    await variable("n").getByText("list of 2").waitFor();
    await panel.getByText(/Modules \(\d+\)/).click();
    await panel.getByText("json", { exact: true }).waitFor();
  });

  it("lists what bash knows, after each command", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const panel = await openPanel(page, "Variables");
    await ended(await run(page, "colour=red"));
    await panel.getByText("red").waitFor();
    await ended(await run(page, "colour=blue"));
    await panel.getByText("blue").waitFor();
    await panel.getByText("changed", { exact: true }).waitFor();
  });

  it("shows the files of the session, text and images, and goes into directories", async () => {
    writeFileSync(join(folder, "notes.txt"), "first line\n<b>no markup</b>\n");
    writeFileSync(join(folder, "dot.png"), png);
    writeFileSync(join(folder, "data.bin"), Buffer.from([0, 1, 2, 255]));
    const page = await test.open();
    await startSession(page, "bash");
    await ended(await run(page, `cd '${folder}' && mkdir inner && echo deep > inner/deep.txt`));
    const panel = await openPanel(page, "Files");
    await panel.getByRole("button", { name: "notes.txt 28 B" }).click();
    await panel.getByText("<b>no markup</b>").waitFor();
    await panel
      .getByRole("button", { name: /^dot.png/ })
      .first()
      .click();
    const image = panel.getByRole("img", { name: "dot.png" });
    await image.waitFor();
    await expect
      .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBe(1);
    await panel
      .getByRole("button", { name: /^data.bin/ })
      .first()
      .click();
    await panel.getByText("It is neither text nor an image.").waitFor();
    await panel.getByRole("button", { name: "inner", exact: true }).click();
    await panel
      .getByRole("button", { name: /^deep.txt/ })
      .first()
      .waitFor();
    await panel
      .getByRole("navigation", { name: "Directory" })
      .getByRole("button", { name: folder.split("/").at(-1) ?? "" })
      .click();
    await panel
      .getByRole("button", { name: /^notes.txt/ })
      .first()
      .waitFor();
  });

  it("takes files in, gives them out byte for byte, makes directories and deletes", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    await ended(await run(page, `cd '${folder}'`));
    const panel = await openPanel(page, "Files");
    await panel.getByText("Nothing is in here.").waitFor();
    await panel
      .locator("input[type=file]")
      .setInputFiles({ name: "a b.png", mimeType: "image/png", buffer: png });
    await panel
      .getByRole("button", { name: /^a b.png/ })
      .first()
      .waitFor();
    expect(readFileSync(join(folder, "a b.png"))).toEqual(png);
    const dropped = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["dropped text"], "dropped.txt", { type: "text/plain" }));
      return transfer;
    });
    await panel.locator(".dropzone").dispatchEvent("drop", { dataTransfer: dropped });
    await panel
      .getByRole("button", { name: /^dropped.txt/ })
      .first()
      .waitFor();
    expect(readFileSync(join(folder, "dropped.txt"), "utf8")).toBe("dropped text");
    await panel.getByRole("button", { name: "a b.png: more" }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Download" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("a b.png");
    expect(readFileSync(await download.path())).toEqual(png);
    await panel.getByRole("button", { name: "New directory" }).click();
    await panel.getByLabel("Name of the directory").fill("made");
    await panel.getByLabel("Name of the directory").press("Enter");
    await panel.getByRole("button", { name: "made", exact: true }).waitFor();
    await panel.getByRole("button", { name: "made: more" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await agree(page, "Delete");
    await panel.getByRole("button", { name: "made", exact: true }).waitFor({ state: "detached" });
    await (await run(page, "ls")).locator(".stdout", { hasText: "a b.png\ndropped.txt" }).waitFor();
    expect(await cells(page).count()).toBe(3);
  });
});
