/// <reference lib="dom" />
import { expect, it } from "vitest";
import { cells, codeOf, editor, ended, run, startSession, write } from "./console-page.ts";
import { describeConsole } from "./with-console.ts";

describeConsole("the editor of the notebook", (test) => {
  it("recalls what ran before in the last cell", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "1"));
    await ended(await run(page, "2"));
    const field = editor(page);
    for (const [key, code] of [
      ["ArrowUp", "2"],
      ["ArrowUp", "1"],
      ["ArrowDown", "2"],
      ["ArrowDown", ""],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => codeOf(field)).toBe(code);
    }
  });

  it("indents, closes brackets and undoes, and lets the keyboard out", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const field = editor(page);
    await field.focus();
    await page.keyboard.type("if f(x");
    expect(await codeOf(field)).toBe("if f(x)");
    await page.keyboard.type("):");
    await page.keyboard.press("Enter");
    await page.keyboard.type("1");
    expect(await codeOf(field)).toBe("if f(x):\n    1");
    for (let times = 0; times < 9; times++) await page.keyboard.press("Control+z");
    expect(await codeOf(field)).toBe("");
    await page.keyboard.press("Tab");
    expect(await codeOf(field)).toBe("    ");
    await page.keyboard.press("Escape");
    await page.locator("article:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("article .cm-focused").waitFor();
  });

  it("completes what the session knows", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "unmistakable = 1; import json"));
    await editor(page).focus();
    await page.keyboard.type("unmis");
    await page.getByRole("option", { name: "unmistakable" }).click();
    await expect.poll(() => codeOf(editor(page))).toBe("unmistakable");
    await write(page, "'🎈'; json.du");
    await page.keyboard.press("Tab");
    await page.getByRole("option", { name: "dumps" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await page.getByRole("option").first().waitFor({ state: "detached" });
  });

  it("shows no list in a cell that was left while it was on its way", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const held = Promise.withResolvers<void>();
    await page.route("**/complete", async (route) => {
      await held.promise;
      await route.continue().catch(() => {}); // given up by then
    });
    const asked = page.waitForRequest("**/complete");
    await write(page, "unmistakable = 1; import json");
    await asked;
    await page.keyboard.press("Shift+Enter");
    await ended(cells(page).first());
    held.resolve();
    await editor(page).focus();
    await page.keyboard.type("unmis");
    await page.getByRole("option", { name: "unmistakable" }).waitFor();
    expect(await page.getByRole("listbox").count()).toBe(1);
  });

  it("documents on Shift+Tab and on hover", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, 'def area(r):\n    "How large a circle is."'));
    await write(page, "area");
    await page.keyboard.press("Shift+Tab");
    await page.getByRole("tooltip").getByText("How large a circle is.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tooltip").waitFor({ state: "detached" });
    await cells(page)
      .last()
      .locator(".cm-line")
      .hover({ position: { x: 16, y: 10 } });
    await page.getByRole("tooltip").getByText("How large a circle is.").waitFor();
  });

  it("adds, moves and deletes cells by the keyboard alone", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "'one'"));
    await ended(await run(page, "'two'"));
    const codes = () =>
      cells(page).evaluateAll((all) =>
        all.map((cell) => cell.querySelector(".cm-content")?.textContent),
      );
    const hint = "Type code, Shift+Enter runs it";
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Alt+ArrowUp");
    await expect.poll(codes).toEqual(["'two'", "'one'", hint]);
    await page.keyboard.press("b");
    await page.locator("article .cm-focused").waitFor();
    await page.keyboard.type("3");
    await expect.poll(codes).toEqual(["'two'", "3", "'one'", hint]);
    await page.keyboard.press("Shift+Enter");
    await ended(cells(page).nth(1));
    await cells(page).nth(2).locator(".cm-focused").waitFor();
    await page.keyboard.press("Escape");
    await cells(page).nth(2).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Delete");
    await expect.poll(codes).toEqual(["'two'", "3", hint]);
    await page.reload();
    await expect.poll(codes).toEqual(["'two'", "3", hint]);
  });

  it("does the same by the menu of a cell", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "'one'"));
    await cells(page).first().hover();
    await page.getByRole("button", { name: "Cell 1: more" }).click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await cells(page).nth(1).waitFor({ state: "detached" });
    expect(await cells(page).count()).toBe(1);
  });
});
