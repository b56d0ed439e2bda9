/// <reference lib="dom" />
import { expect, it } from "vitest";
import { breakableProxy } from "../support/breakable-proxy.ts";
import {
  cells,
  codeOf,
  editor,
  ended,
  run,
  startAnother,
  startSession,
  write,
} from "./console-page.ts";
import { describeConsole } from "./with-console.ts";

describeConsole("the notebook of a session", (test) => {
  it("runs cells in a session that keeps its state, results and timings shown [R3.1]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "x = 41"));
    const cell = await run(page, "x + 1", "Control+Enter");
    await cell.locator(".result", { hasText: /^42$/ }).waitFor();
    await cell.locator("footer", { hasText: /done\d+ ms/ }).waitFor();
    expect(await codeOf(editor(page, cell))).toBe("x + 1");
    expect(await codeOf(editor(page))).toBe("");
  });

  it("runs a cell again after it was changed, in its place", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const cell = await run(page, "6 * 7");
    await cell.locator(".result", { hasText: /^42$/ }).waitFor();
    await write(page, "6 * 8", editor(page, cell));
    await cell.getByRole("button", { name: "Run cell 1" }).click();
    await cell.locator(".result", { hasText: /^48$/ }).waitFor();
    expect(await cells(page).count()).toBe(2);
  });

  it("shows output while the code runs, and interrupts it [R1.6] [R1.7]", async () => {
    const page = await test.open();
    const id = await startSession(page, "bash");
    const cell = await run(page, "printf part; sleep 100");
    await cell.locator(".stdout", { hasText: /^part$/ }).waitFor();
    expect(await cell.getAttribute("data-status")).toBe("running");
    await page.locator("header").getByRole("button", { name: "Interrupt" }).click();
    await ended(cell, "interrupted");
    const other = await run(page, "echo again; sleep 100");
    await other.locator(".stdout", { hasText: "again" }).waitFor();
    await editor(page).press("Control+c");
    await ended(other, "interrupted");
    expect(test.server.host.get(id).session.status).toBe("idle");
  });

  it("interrupts by what it knows of its own cells, however old the list of sessions is", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    // Every answer from now on says that the session is idle, as one that was on its way did.
    const idle = await (
      await page.request.get(new URL("/v1/sessions?limit=1000", page.url()).href)
    ).text();
    await page.route("**/v1/sessions?*", (route) =>
      route.fulfill({ contentType: "application/json", body: idle }),
    );
    const cell = await run(page, "echo on; sleep 100");
    await cell.locator(".stdout", { hasText: "on" }).waitFor();
    await editor(page).press("Control+c");
    await ended(cell, "interrupted");
  });

  it("interrupts what the server does not have yet as soon as it has it", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const held = Promise.withResolvers<void>();
    await page.route("**/executions", async (route) => {
      await held.promise;
      await route.continue();
    });
    const cell = await run(page, "sleep 100");
    await ended(cell, "sending");
    await cell.getByRole("button", { name: "Interrupt" }).click();
    held.resolve();
    await ended(cell, "interrupted");
  });

  it("keeps streams apart, shows colours, and shows no markup of the output's as such [A23]", async () => {
    const page = await test.open();
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
    expect(await cell.locator(".output img, .output a").count()).toBe(0);
  });

  it("shows images and HTML, and runs nothing of them and loads nothing for them [A08]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const cell = await run(
      page,
      [
        "import base64",
        "png = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')",
        "display({'image/png': png}, raw=True)",
        'display({\'image/svg+xml\': \'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.hit=1</script></svg>\'}, raw=True)',
        "display({'text/html': '<table><tr><td>cell one</td></tr></table><script>parent.hit=2</script><img src=/console/icon.svg><img src=x onerror=\"parent.hit=3\"><a href=\"javascript:parent.hit=4\">click</a>'}, raw=True)",
      ].join("\n"),
    );
    await ended(cell);
    const sizes = await cell
      .locator(".output img")
      .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
    expect(sizes).toEqual([1, 9]);
    const frame = cell.locator("iframe").contentFrame();
    await frame.getByText("cell one").waitFor();
    await frame.getByText("click").click();
    expect(await page.evaluate(() => (globalThis as { hit?: number }).hit)).toBeUndefined();
    expect(
      await frame
        .locator("img")
        .first()
        .evaluate((image) => (image as HTMLImageElement).naturalWidth),
    ).toBe(0);
    expect(await cell.locator("iframe").evaluate((element) => element.clientHeight)).toBeLessThan(
      200,
    );
    // What the frame tries is refused by the browser, which says so.
    const refusals = test.takeErrors();
    for (const refusal of refusals) expect(refusal).toMatch(/sandboxed|Content Security Policy/);
    expect(refusals.length).toBeGreaterThan(0);
  });

  it("shows JSON as a tree, and LaTeX and Markdown as they are written", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const cell = await run(
      page,
      "display({'application/json': '{\"a\": {\"b\": [1, 2]}}'}, raw=True)\ndisplay({'text/latex': '$x^2$', 'text/plain': 'x'}, raw=True)",
    );
    await cell.getByText("1 entry").first().waitFor();
    await cell.getByText("a:", { exact: false }).click();
    await cell.getByText("list of 2").click();
    await cell.locator(".json", { hasText: /^0: 1$/ }).waitFor();
    await cell.locator(".result", { hasText: /^\$x\^2\$$/ }).waitFor();
  });

  it("shows what was raised and where, the traceback on demand, and what became of the state [R2.1]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const failed = await run(page, "def f(x):\n    return 1 / x\nf(0)");
    await failed.getByText("ZeroDivisionError: division by zero").first().waitFor();
    await failed.locator(".place", { hasText: "return 1 / x" }).waitFor();
    const traceback = failed.getByText("Traceback (most recent call last)");
    expect(await traceback.isVisible()).toBe(false);
    await failed.getByText("Traceback", { exact: true }).click();
    await traceback.waitFor();
    await ended(failed, "failed");
    const lost = await run(page, "import os; os._exit(42)");
    await lost.getByText(/exit code 42 · the session’s state is lost/).waitFor();
    await (await run(page, "'alive'")).locator(".result", { hasText: "'alive'" }).waitFor();
    await page.getByText(/restarted once/).waitFor();
  });

  it("asks inline what the code asks, secrets hidden [R2.5]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    const cell = await run(
      page,
      "import getpass\na = input('name? ')\nb = getpass.getpass('secret? ')\nlen(a + b)",
    );
    await cell.getByLabel("name?").fill("ada");
    await cell.getByLabel("name?").press("Enter");
    const secret = cell.getByLabel("secret?");
    await secret.waitFor();
    expect(await secret.getAttribute("type")).toBe("password");
    await secret.fill("hidden");
    await secret.press("Enter");
    await cell.locator(".result", { hasText: /^9$/ }).waitFor();
    expect(await cell.locator("form").count()).toBe(0);
    const output = await cell.getByRole("log").textContent();
    expect(output).toContain("name? ada");
    expect(output).not.toContain("hidden");
  });

  it("feeds standard input by lines, and ends it [R2.5]", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const cell = await run(page, "while read -r line; do echo got $line; done; echo end");
    await cell.getByRole("button", { name: "Input…" }).click();
    const field = cell.getByLabel("stdin");
    await field.fill("one");
    await field.press("Enter");
    await cell.locator(".stdout", { hasText: "got one" }).waitFor();
    await field.press("Control+d");
    await cell.locator(".stdout", { hasText: /end$/ }).waitFor();
    await ended(cell);
  });

  it("runs beside the foreground, and kills [R4.2] [R4.3]", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const background = await run(page, "echo begun; sleep 100", "Alt+Enter");
    await background.locator(".stdout", { hasText: "begun" }).waitFor();
    await (await run(page, "echo free")).locator(".stdout", { hasText: "free" }).waitFor();
    await background.getByRole("button", { name: "Kill" }).click();
    await background.getByText(/SIGKILL/).waitFor();
  });

  it("stays in command of many that run at the same time", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    // More than a browser has connections to one server.
    for (let index = 0; index < 8; index++) await run(page, "sleep 100", "Alt+Enter");
    const foreground = await run(page, "echo on; sleep 100");
    await foreground.locator(".stdout", { hasText: "on" }).waitFor();
    await editor(page).press("Control+c");
    await ended(foreground, "interrupted");
    for (const index of [7, 0]) {
      await cells(page).nth(index).getByRole("button", { name: "Kill" }).click();
      await cells(page)
        .nth(index)
        .getByText(/SIGKILL/)
        .waitFor();
    }
  });

  it("lets cells wait for each other, and stops behind one that fails", async () => {
    const page = await test.open();
    const id = await startSession(page, "python");
    const first = await run(page, "import time\nwhile 'go' not in globals(): time.sleep(0.01)");
    const second = await run(page, "1 / 0");
    const third = await run(page, "'never'");
    await ended(first, "running");
    await ended(second, "waiting");
    await ended(third, "waiting");
    await first.getByRole("button", { name: "Stop cell 1" }).click();
    await ended(first, "interrupted");
    expect(await second.getByRole("status").count()).toBe(0);
    await write(page, "0", editor(page, first));
    await page.getByRole("button", { name: "Session: more" }).click();
    await page.getByRole("menuitem", { name: "Run all cells" }).click();
    await ended(second, "failed");
    expect(await third.getByRole("status").count()).toBe(0);
    expect(test.server.host.get(id).session.executionCount).toBe(3);
  });

  it("puts the state back when code fails, where that is asked for [R8.3]", async () => {
    const page = await test.open();
    await startSession(page, "python");
    await ended(await run(page, "x = 1"));
    await page.getByRole("switch", { name: "Undo on error" }).click();
    const failed = await run(page, "x = 2\n1 / 0");
    await failed.getByText(/the state before is back/).waitFor();
    await (await run(page, "x")).locator(".result", { hasText: /^1$/ }).waitFor();
  });

  it("shows what was there after a reload, in order, with what was being written, and follows what still runs [R1.6]", async () => {
    const page = await test.open();
    const id = await startSession(page, "bash");
    await ended(await run(page, "echo out; sleep 0.1; echo err >&2; sleep 0.1; echo out again"));
    const running = await run(page, "echo before; read -r line; echo after $line");
    await running.locator(".stdout", { hasText: "before" }).waitFor();
    await write(page, "half a thou");
    await page.reload();
    const [first, second] = [cells(page).first(), cells(page).nth(1)];
    await second.locator(".stdout", { hasText: "before" }).waitFor();
    await first.locator(".stdout", { hasText: "out again" }).waitFor();
    expect(await first.locator(".output pre").allTextContents()).toEqual([
      "out",
      "err",
      "out again",
    ]);
    expect(await codeOf(editor(page, first))).toBe(
      "echo out; sleep 0.1; echo err >&2; sleep 0.1; echo out again",
    );
    expect(await codeOf(editor(page, cells(page).nth(2)))).toBe("half a thou");
    await test.server.host.get(id).session.executions.at(-1)?.write("reload\n");
    await second.locator(".stdout", { hasText: "after reload" }).waitFor();
    await ended(second);
  });

  it("shows what others run in the same session, also what went before", async () => {
    await test.server.api.session("bash", { id: "shared" });
    await test.server.api.execute("shared", "echo earlier");
    const page = await test.open({ url: `http://127.0.0.1:${test.server.port}/#shared` });
    await cells(page).first().locator(".stdout", { hasText: "earlier" }).waitFor();
    await ended(await run(page, "echo mine"));
    await test.server.api.execute("shared", "echo theirs");
    await cells(page).nth(2).locator(".stdout", { hasText: "theirs" }).waitFor();
    expect(await cells(page).count()).toBe(4);
  });

  it("goes on by seq after its connection broke: nothing lost, nothing twice [D21]", async () => {
    await using proxy = await breakableProxy(test.server.port);
    const page = await test.open({ url: `http://127.0.0.1:${proxy.port}` });
    await startSession(page, "bash");
    const cell = await run(page, "for i in {1..60}; do echo line $i; sleep 0.02; done");
    for (const line of [5, 20, 40]) {
      await cell.locator(".stdout", { hasText: new RegExp(`line ${line}\\n`) }).waitFor();
      proxy.breakAll();
    }
    await ended(cell);
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`);
    expect(await cell.locator(".stdout").textContent()).toBe(lines.join("\n"));
    expect(test.server.host.list()[0]?.session.executionCount).toBe(1);
  });

  it("sends code once, though the answer to it was lost [D21]", async () => {
    const page = await test.open();
    const id = await startSession(page, "python");
    let requests = 0;
    await page.route("**/executions", async (route) => {
      requests++;
      if (requests > 1) return route.continue();
      // The server has it, and the page never hears so.
      await page.request.post(route.request().url(), {
        headers: {
          ...(await route.request().allHeaders()),
          accept: "application/json",
        },
        data: route.request().postData() ?? "",
      });
      return route.abort("connectionreset");
    });
    const cell = await run(page, "n = globals().get('n', 0) + 1; n");
    await cell.locator(".result", { hasText: /^1$/ }).waitFor();
    expect(requests).toBe(2);
    expect(test.server.host.get(id).session.executionCount).toBe(1);
  });

  it("stays usable under a flood, and says what it leaves out [F19]", async () => {
    const page = await test.open();
    await startSession(page, "bash");
    const cell = await run(
      page,
      "yes '0123456789 0123456789 0123456789' | head -c 20000000; echo; echo last",
    );
    await ended(cell);
    await cell.getByText("earlier output is not shown").waitFor();
    expect(await cell.locator(".stdout").textContent()).toMatch(/\nlast$/);
    await (await run(page, "echo next")).locator(".stdout", { hasText: "next" }).waitFor();
  });

  it("leaves one session and comes back to what ran there meanwhile", async () => {
    const page = await test.open();
    const id = await startSession(page, "bash");
    const cell = await run(page, "echo begun; read -r line; echo then $line");
    await cell.locator(".stdout", { hasText: "begun" }).waitFor();
    await startAnother(page, "python", "other");
    await test.server.host.get(id).session.executions.at(-1)?.write("there\n");
    await (await run(page, "1")).locator(".result", { hasText: "1" }).waitFor();
    await page.getByRole("navigation", { name: "Sessions" }).getByText(id.slice(0, 8)).click();
    await cells(page).first().locator(".stdout", { hasText: "then there" }).waitFor();
    await ended(cells(page).first());
  });
});
