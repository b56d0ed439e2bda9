import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = javascriptRuntime({
  executable: process.env["HOLDFAST_TEST_NODE"] ?? process.execPath,
});

describe("a JavaScript session", () => {
  it("keeps what is declared, and lets it be declared again [R3.1]", async () => {
    await using test = await openSession(runtime);
    await test.run("const a = 1; let b = 2; class C { v = 3 } function f() { return a + b; }");
    expect((await test.run("[a, b, new C().v, f()]")).result?.value).toEqual([1, 2, 3, 3]);
    await test.run("const a = 10; let b = 20; class C { v = 30 } function f() { return -a; }");
    expect((await test.run("[a, b, new C().v, f()]")).result?.value).toEqual([10, 20, 30, -10]);
    expect(await test.run("a = 5")).toMatchObject({ error: { name: "TypeError" } });
    await using other = await openSession(runtime);
    expect(await other.run("a")).toMatchObject({ error: { name: "ReferenceError" } });
  });

  it("awaits at top level, and is awaited to the end [R1.2]", async () => {
    await using test = await openSession(runtime);
    const code = `const { setTimeout: sleep } = await import("node:timers/promises");
const value = await sleep(5, "slept");
for await (const one of [1, Promise.resolve(2)]) console.log(one);
value`;
    expect(await test.run(code)).toMatchObject({ out: "1\n2\n", result: { value: "slept" } });
    expect((await test.run("value")).result?.value).toBe("slept");
  });

  it("imports modules from its directory and packages, by statement, call and require [R3.1]", async () => {
    await using test = await openSession(runtime);
    writeFileSync(join(test.directory, "one.mjs"), "export const one = 1; export default 'd';");
    writeFileSync(join(test.directory, "two.cjs"), "module.exports = { two: 2 };");
    mkdirSync(join(test.directory, "node_modules/three"), { recursive: true });
    writeFileSync(join(test.directory, "node_modules/three/index.js"), "module.exports = 3;");
    const statement = 'import d, { one } from "./one.mjs"; import * as all from "./one.mjs"; ';
    expect((await test.run(`${statement}[d, one, all.one]`)).result?.value).toEqual(["d", 1, 1]);
    expect((await test.run('(await import("./one.mjs")).one + one')).result?.value).toBe(2);
    expect((await test.run('require("./two.cjs").two + require("three")')).result?.value).toBe(5);
    const missing = await test.run('import { none } from "./one.mjs"');
    expect(missing.error?.message).toContain("'none'");
  });

  it("runs TypeScript: types, enums, parameter properties [R1.2]", async () => {
    await using test = await openSession(runtime);
    const code = `enum Colour { Red = 1, Green }
interface Named { readonly name: string }
class Person implements Named { constructor(readonly name: string) {} }
const people: Named[] = [new Person("Ada")];
[Colour.Green, people[0]!.name] satisfies unknown[]`;
    expect(await test.run(code)).toMatchObject({ status: "ok", result: { value: [2, "Ada"] } });
  });

  it("gives values tags, and names the place of an error [R1.1] [R1.4] [D2]", async () => {
    await using test = await openSession(runtime);
    const { result } = await test.run("({ n: 2n ** 70n, s: new Set([1]), d: new Date(0) })");
    expect(result?.value).toMatchObject({ n: { $type: "bigint", value: String(2n ** 70n) } });
    const failed = await test.run("function fails() {\n  throw new RangeError('no');\n}\nfails()");
    expect(failed).toMatchObject({ status: "error", err: "" });
    expect(failed.error).toMatchObject({
      name: "RangeError",
      message: "no",
      traceback: [
        { file: "<cell 2>", line: 4, source: "fails()" },
        { file: "<cell 2>", line: 2, function: "fails", source: "throw new RangeError('no');" },
      ],
    });
    expect(failed.error?.text).not.toContain("dist/");
    expect(await test.run("undefined")).toMatchObject({ status: "ok", result: null });
    expect((await test.run("Promise.resolve(1)")).result?.repr).toBe("Promise { 1 }");
  });

  it("keeps prints, displays and errors of the console in order [R1.6] [R1.3]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      'console.log("a"); display({ toHTML: () => "<b>" }); console.info("b"); console.warn("c")',
    );
    const seen: string[] = [];
    for await (const event of execution.events()) {
      if (event.type === "stdout" || event.type === "stderr")
        seen.push(`${event.type} ${event.bytes.toString()}`);
      if (event.type === "display") seen.push(String(event.mime["text/html"]));
    }
    expect(seen).toEqual(["stdout a\n", "<b>", "stdout b\n", "stderr c\n"]);
  });

  it("prints what is due at the end of a turn as its own [R4.5]", async () => {
    await using test = await openSession(runtime);
    const code = `process.nextTick(() => console.log("tick"));
Promise.resolve().then(() => console.log("then"));
Promise.reject(new Error("nobody waits"));
process.nextTick(() => { throw new Error("thrown in a tick"); });
console.log("first")`;
    const { out, err, status } = await test.run(code);
    expect({ out, status }).toEqual({ out: "first\ntick\nthen\n", status: "ok" });
    expect(err).toContain("Error: nobody waits");
    expect(err).toContain("Error: thrown in a tick");
    expect((await test.run("console.log('on')")).out).toBe("on\n");
  });

  it("reads standard input by stream, by descriptor, by readline and by input() [R2.5]", async () => {
    await using test = await openSession(runtime);
    const stdin = "one\ntwo\n";
    const readline = `const lines = require("node:readline").createInterface({ input: process.stdin });
const got = []; for await (const line of lines) got.push(line); got`;
    expect((await test.run(readline, { stdin })).result?.value).toEqual(["one", "two"]);
    const whole = 'require("node:fs").readFileSync(0, "utf8")';
    expect((await test.run(whole, { stdin })).result?.value).toBe(stdin);
    expect((await test.run(whole)).result?.value).toBe("");
    const input = "[await input(), prompt(), await input(), prompt()]";
    expect((await test.run(input, { stdin })).result?.value).toEqual(["one", "two", null, null]);
    const child =
      'require("node:child_process").execSync("cat", { stdio: ["inherit"] }).toString()';
    expect((await test.run(child, { stdin })).result?.value).toBe(stdin);
  });

  it.each([
    ["input()", "await input('Name? ', { password: true })", "Name? ", true],
    ["prompt()", "prompt('Name?')", "Name? ", false],
    [
      "readline",
      "await require('node:readline/promises').createInterface({ input: process.stdin }).question('')",
      "",
      false,
    ],
  ])("asks through %s while it runs [R2.5]", async (_, code, prompt, password) => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(code, { allowInput: true });
    for await (const event of execution.events()) {
      if (event.type !== "input_request") continue;
      expect(event).toMatchObject({ prompt, password });
      await execution.write(Buffer.from("Ada\n"));
    }
    expect((await execution.ended).result?.value).toBe("Ada");
  });

  it("knows variables, changes, modules and completions [R8.1] [R8.2]", async () => {
    await using test = await openSession(runtime);
    const { changes } = await test.run('import { sep } from "node:path"; let x = [1]', {
      trackChanges: true,
    });
    expect(changes).toMatchObject({ added: ["sep", "x"], modules: ["node:path"] });
    const variables = await test.session.variables();
    expect(variables.map(({ name, repr }) => [name, repr])).toEqual([
      ["sep", "'/'"],
      ["x", "[ 1 ]"],
    ]);
    expect((await test.session.complete("x.flatM", 7)).matches).toContain("flatMap");
  });

  it("restores a checkpoint in another session, with its directory and variables [R7.1]", async () => {
    await using one = await openSession(runtime);
    await using two = await openSession(runtime);
    await one.run("const m = new Map([['a', 1n]]); function twice(n) { return 2 * n; }");
    await one.run("process.env.KEPT = 'kept'; process.chdir('/')");
    const pieces: Buffer[] = [];
    await one.session.checkpoint(async (piece) => void pieces.push(Buffer.from(piece)));
    await two.session.restore(
      (async function* () {
        yield* pieces;
      })(),
    );
    const code = "[m.get('a') === 1n, twice(4), process.env.KEPT, process.cwd()]";
    expect((await two.run(code)).result?.value).toEqual([true, 8, "kept", "/"]);
  });
});
