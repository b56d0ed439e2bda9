/// <reference lib="dom" />
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { expect, it } from "vitest";
import { testServer } from "../server/test-server.ts";
import {
  agree,
  cells,
  choose,
  codeOf,
  editor,
  ended,
  run,
  startAnother,
  startSession,
} from "./console-page.ts";
import { describeConsole } from "./with-console.ts";

describeConsole("the sessions of the console", (test) => {
  it("starts one with a name and a directory, and says what is wrong with them", async () => {
    const page = await test.open();
    await page.getByRole("button", { name: "New session" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "bash" }).check();
    await dialog.getByLabel("Name").fill("mine");
    await dialog.getByLabel("Directory").fill("/nowhere/at/all");
    await dialog.getByRole("button", { name: "Start session" }).click();
    await dialog.getByRole("alert").getByText("/nowhere/at/all").waitFor();
    await dialog.getByLabel("Directory").fill("/usr");
    await dialog.getByRole("button", { name: "Start session" }).click();
    await page.getByRole("heading", { name: "mine" }).waitFor();
    await (await run(page, "pwd")).locator(".stdout", { hasText: /^\/usr$/ }).waitFor();
    expect(test.server.host.list().map(({ session }) => session.id)).toEqual(["mine"]);
  });

  it("lists them with what they do, and finds one by its name", async () => {
    await test.server.api.session("bash", { id: "alpha" });
    await test.server.api.session("python", { id: "beta" });
    const page = await test.open();
    const list = page.getByRole("navigation", { name: "Sessions" });
    await list.getByRole("button", { name: /^idle alpha bash · [\d.]+ [KM]B/ }).waitFor();
    await test.server.api.follow("alpha", "sleep 100");
    await list.getByRole("button", { name: /^busy alpha/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("bet");
    await list.getByRole("button", { name: /alpha/ }).waitFor({ state: "detached" });
    await list.getByRole("button", { name: /beta/ }).click();
    await page.getByRole("heading", { name: "beta" }).waitFor();
  });

  it("shows forks under what they were forked from", async () => {
    const page = await test.open();
    const id = await startSession(page, "python");
    await ended(await run(page, "x = 'of both'"));
    const url = page.url();
    await page.getByRole("button", { name: "Fork" }).click();
    await page.waitForURL((one) => one.href !== url);
    await page.getByText(`fork of ${id.slice(0, 8)}`).waitFor();
    await (await run(page, "x")).locator(".result", { hasText: "of both" }).waitFor();
    const depths = await page
      .getByRole("navigation", { name: "Sessions" })
      .locator("li")
      .evaluateAll((items) => items.map((item) => item.style.getPropertyValue("--depth")));
    expect(depths).toEqual(["0", "1"]);
  });

  it("restarts with the cells as they are, resets with the output cleared", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await (await run(page, "x = 1; x")).locator(".result").waitFor();
    await choose(page, "Restart…");
    await agree(page, "Restart");
    await page.getByText(/restarted once/).waitFor();
    expect(await cells(page).first().locator(".result").count()).toBe(1);
    await (await run(page, "x")).getByText("NameError").first().waitFor();
    await choose(page, "Reset…");
    await agree(page, "Reset");
    await cells(page).first().locator(".result").waitFor({ state: "detached" });
    expect(await codeOf(editor(page, cells(page).first()))).toBe("x = 1; x");
  });

  it("deletes one when asked twice, and leaves one that is gone", async () => {
    const page = await test.open();
    const id = await startSession(page, "python");
    await choose(page, "Delete session…");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await choose(page, "Delete session…");
    await agree(page, "Delete");
    await page.getByRole("heading", { name: "Start a session" }).waitFor();
    expect((await test.server.api.get(`/v1/sessions/${id}`)).status).toBe(410);
    const other = await startSession(page, "bash");
    await test.server.api.request("DELETE", `/v1/sessions/${other}`);
    await page.getByRole("heading", { name: "Start a session" }).waitFor();
  });

  it("keeps a session's cells apart from those of one that has its name later", async () => {
    const page = await test.open();
    await startAnother(page, "bash", "again");
    await ended(await run(page, "echo old"));
    await test.server.api.request("DELETE", "/v1/sessions/again");
    await page.getByRole("heading", { name: "Start a session" }).waitFor();
    await startAnother(page, "bash", "again");
    expect(await cells(page).count()).toBe(1);
    expect(await codeOf(editor(page))).toBe("");
  });

  it("says why a runtime is not available, and what to install", async () => {
    await using lacking = await testServer(
      {},
      { runtimes: [bashRuntime(), pythonRuntime({ executable: "/nowhere/python3" })] },
    );
    const page = await test.open({ url: `http://127.0.0.1:${lacking.port}` });
    const button = page.locator(".starts").getByRole("button", { name: "python" });
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "New session" }).click();
    const choice = page.getByRole("dialog").getByRole("radio", { name: /python/ });
    expect(await choice.isDisabled()).toBe(true);
    await page.getByRole("dialog").getByText("/nowhere/python3").waitFor();
  });

  it("asks for the token that the server wants, and for it again if it is wrong [A49]", async () => {
    await using closed = await testServer({ token: "right" });
    const page = await test.open({ url: `http://127.0.0.1:${closed.port}` });
    await page.getByLabel(/token/).fill("wrong");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("That was not one it knows.").waitFor();
    await page.getByLabel(/token/).fill("right");
    await page.getByRole("button", { name: "Continue" }).click();
    await startSession(page, "bash");
    await (await run(page, "echo in")).locator(".stdout", { hasText: "in" }).waitFor();
    await page.reload();
    await cells(page).first().locator(".stdout", { hasText: "in" }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify([localStorage, document.cookie]));
    expect(kept).not.toContain("right");
  });

  it("says that the server is gone, and goes on when it is back", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    await page.route("**/v1/**", (route) => route.abort("connectionrefused"));
    await page.getByText("The server does not answer.").waitFor();
    await page.unroute("**/v1/**");
    await page.getByText("The server does not answer.").waitFor({ state: "detached" });
    await (await run(page, "echo back")).locator(".stdout", { hasText: "back" }).waitFor();
  });

  it("has the theme that was chosen, and the system's again", async () => {
    const page = await test.open({ colorScheme: "light" });
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.getByRole("button", { name: "Use the dark theme" }).click();
    expect(await theme()).toBe("dark");
    await page.reload();
    await page.getByRole("button", { name: "Use the light theme" }).waitFor();
    expect(await theme()).toBe("dark");
    await page.getByRole("button", { name: "Use the light theme" }).click();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.getByRole("button", { name: "Use the light theme" }).waitFor();
    expect(await theme()).toBe("dark");
  });

  it("lists its keys, and closes the list by one", async () => {
    const page = await test.open();
    await page.getByRole("heading", { name: "Start a session" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
    // The browser tells of the end of a dialog when it is over: the key comes in between.
    await page.evaluate(async () => {
      const dialog = document.querySelector("dialog") as HTMLDialogElement & {
        requestClose(): void;
      };
      dialog.requestClose();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
      await new Promise((done) => setTimeout(done, 50));
    });
    await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
    // A dialog that was closed keeps the focus for a moment, and a key of that moment is not lost.
    await page.evaluate(() => {
      document.querySelector("dialog")?.close();
      document.activeElement?.dispatchEvent(
        new KeyboardEvent("keydown", { key: "n", bubbles: true }),
      );
    });
    await page.getByRole("heading", { name: "New session" }).waitFor();
  });
});
