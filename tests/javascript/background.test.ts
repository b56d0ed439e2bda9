import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { eventually } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = javascriptRuntime({
  executable: process.env["HOLDFAST_TEST_NODE"] ?? process.execPath,
});

describe("what a JavaScript execution leaves running", () => {
  it.each([
    ["a timer", 'setTimeout(() => console.log("late"), 50)', "late\n"],
    ["an error of a timer", 'setTimeout(() => { throw new Error("late") }, 50)', "Error: late"],
    ["a rejection", 'setTimeout(() => Promise.reject(new Error("late")), 50)', "Error: late"],
    ["an immediate", 'setImmediate(() => process.stderr.write("late"))', "late"],
    [
      "a socket",
      `require("node:net").createServer((c) => { console.log("late"); c.end(); }).listen(0, "127.0.0.1",
  function () { setTimeout(() => require("node:net").connect(this.address().port), 50); this.unref(); })`,
      "late\n",
    ],
    [
      "a child",
      'require("node:child_process").spawn("sh", ["-c", "sleep 0.05; echo late"], { stdio: "inherit" })',
      "late\n",
    ],
  ])(
    "%s is told as its own late output, while the next one runs [R4.5] [D9]",
    async (_, code, text) => {
      await using test = await openSession(runtime);
      const { id, status } = await test.run(`void (${code})`);
      expect(status).toBe("ok");
      const next = await test.run("await new Promise((done) => setTimeout(done, 150))");
      expect({ status: next.status, out: next.out, err: next.err }).toEqual({
        status: "ok",
        out: "",
        err: "",
      });
      await eventually(() => (test.late.get(id) ?? "").includes(text), { what: "late output" });
      expect([...test.late.keys()]).toEqual([id]);
    },
  );

  it("an interval goes on between executions, as that of its execution [R4.5]", async () => {
    await using test = await openSession(runtime);
    const { id } = await test.run(
      "let n = 0; const timer = setInterval(() => console.log(++n), 5)",
    );
    await eventually(() => (test.late.get(id) ?? "").includes("3\n"), { what: "late output" });
    const { out } = await test.run("clearInterval(timer); console.log('mine')");
    expect(out).toBe("mine\n");
  });

  it("listeners of the user's for errors are what hears of them [R4.5]", async () => {
    await using test = await openSession(runtime);
    await test.run(
      'process.on("uncaughtException", (error) => console.log("heard", error.message))',
    );
    const { id } = await test.run('setTimeout(() => { throw new Error("late") }, 10)');
    await eventually(() => test.late.size > 0, { what: "late output" });
    expect([...test.late.values()].join("")).toBe("heard late\n");
    expect(id).not.toBe("");
    await test.run('process.removeAllListeners("uncaughtException")');
    const after = await test.run("setTimeout(() => { throw new Error('again') }, 10)");
    await eventually(() => (test.late.get(after.id) ?? "").includes("Error: again"), {
      what: "late output",
    });
  });

  it("children that are started between executions do not hold the next one's output [R4.5]", async () => {
    await using test = await openSession(runtime);
    const child =
      'require("node:child_process").spawn("sleep", ["1000"], { stdio: "inherit" }).unref()';
    await test.run(`setTimeout(() => { ${child}; console.log("started"); }, 20); void 0`);
    await eventually(() => [...test.late.values()].join("") === "started\n", {
      what: "late output",
    });
    expect(await test.run("console.log('mine')")).toMatchObject({ status: "ok", out: "mine\n" });
  });
});
