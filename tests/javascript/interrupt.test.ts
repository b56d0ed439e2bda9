import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { randomOfThisRun } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { eventOf, openSession } from "../support/session-run.ts";

const runtime = javascriptRuntime({
  executable: process.env["HOLDFAST_TEST_NODE"] ?? process.execPath,
});
const ready = 'process.stdout.write("ready");';

const endless: readonly (readonly [what: string, code: string])[] = [
  ["a loop", "for (;;);"],
  ["a loop that catches all", "for (;;) try { for (;;); } catch {} finally { for (;;); }"],
  ["a loop behind an await", "await 1; for (;;);"],
  ["a wait for ever", "await new Promise(() => {});"],
  ["a loop that waits", "for (;;) await new Promise((done) => setTimeout(done, 1));"],
  ["a timer", "setTimeout(() => { for (;;); }, 1); await new Promise(() => {});"],
  [
    "a callback of Node's",
    `require('node:fs').stat('/', () => { ${ready} for (;;); }); await new Promise(() => {});`,
  ],
  ["a tick", "process.nextTick(() => { for (;;); }); 1"],
  ["ticks without end", "const tick = () => process.nextTick(tick); tick();"],
  [
    "ticks that the engine has compiled",
    `let n = 0; const next = () => { if (++n === 3e5) ${ready} process.nextTick(next); }; next();`,
  ],
  ["promises without end", "const then = () => Promise.resolve().then(then); void then();"],
  ["a generator", "function* all() { for (;;) yield 1; } for (const one of all());"],
  ["a regular expression", "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
  [
    "a sort",
    "Array.from({ length: 1e6 }, Math.random).sort(() => { for (let i = 0; i < 1e4; i++); return Math.random() - 0.5; })",
  ],
  ["Atomics.wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"],
  [
    "WebAssembly",
    "new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f()",
  ],
  ["a child that is waited for", "require('node:child_process').execSync('sleep 1000')"],
  ["prints without end", "for (;;) console.log('x');"],
  ["displays without end", "for (;;) display('x');"],
  ["a prompt", "prompt()"],
  [
    "a getter of the result",
    "({ get a() { for (;;); }, [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })",
  ],
  [
    "an exit that does not come",
    "process.on('exit', () => { for (;;); }); await new Promise(() => {});",
  ],
];

describe("an interrupt of JavaScript", () => {
  it.each(endless)("ends %s and keeps the state [R1.7] [D9]", async (_, code) => {
    await using test = await openSession(runtime);
    await test.run("let kept = { n: 1 }");
    const execution = test.session.execute(code.includes(ready) ? code : `${ready}\n${code}`, {
      allowInput: true,
    });
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    const { status, sessionState } = await execution.ended;
    expect({ status, sessionState }).toEqual({ status: "interrupted", sessionState: "kept" });
    expect((await test.run("kept.n")).result?.value).toBe(1);
    expect(await test.run("await 2; console.log('on')")).toMatchObject({ out: "on\n" });
  });

  it("leaves the event loop's bookkeeping as it was [R1.7]", async () => {
    await using test = await openSession(runtime);
    for (let round = 0; round < 3; round++) {
      const execution = test.session.execute(
        `${ready} setTimeout(() => { for (;;); }, 1); await new Promise(() => {});`,
      );
      await eventOf(test.session, execution.id, "stdout");
      execution.interrupt();
      expect((await execution.ended).status).toBe("interrupted");
    }
    // Node checks its stack of asynchronous ids only where somebody looks at it.
    const hook =
      'require("node:async_hooks").createHook({ init() {}, before() {}, after() {} }).enable()';
    expect(await test.run(`void ${hook}`)).toMatchObject({ status: "ok" });
    expect(await test.run("await new Promise((done) => setTimeout(done, 5)); 1")).toMatchObject({
      status: "ok",
    });
  });

  it("leaves Node's timers whole, wherever in them it comes [R1.7]", async () => {
    await using test = await openSession(runtime);
    // Those that are far away make it work for the place of a near one.
    await test.run("for (let i = 0; i < 20; i++) setTimeout(() => {}, 1e6 + i).unref()");
    for (let round = 0; round < 10; round++) {
      const execution = test.session.execute(
        `${ready} for (let i = 0; ; i++) clearTimeout(setTimeout(() => {}, 1 + (i % 20)));`,
      );
      await eventOf(test.session, execution.id, "stdout");
      await sleep(5 + round);
      execution.interrupt();
      expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
      const due = await test.run(
        "await Promise.all(Array.from({ length: 20 }, (_, i) => new Promise((done) => setTimeout(done, 1 + i)))); 1",
        { timeoutMs: 10_000 },
      );
      expect(due.status).toBe("ok");
    }
  });

  it.each([0, 1, 3])(
    "in an immediate that is due with others, %d of them in front, loses none of them, and leaves the event loop idle [R1.7] [R4.5]",
    async (inFront) => {
      await using test = await openSession(runtime);
      await test.run(`const alive = new Set(); let isOn = true;
const go = (i) => isOn && setTimeout(() => setImmediate(() => { alive.add(i); go(i); }), 1);
for (let i = 0; i < 20; i++) go(i)`);
      for (let round = 0; round < 3; round++) {
        const execution = test.session.execute(`${ready} setTimeout(() => {
  for (let i = 0; i < ${inFront}; i++) setImmediate(() => {});
  for (let i = 0; i < 3; i++) setImmediate(() => { for (;;); });
}, 5);
await new Promise(() => {})`);
        await eventOf(test.session, execution.id, "stdout");
        await sleep(20);
        execution.interrupt();
        const ended = await execution.ended;
        expect(ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
      }
      const goOn = await test.run(
        "alive.clear(); while (alive.size < 20) await new Promise((done) => setTimeout(done, 5)); isOn = false; 1",
        { timeoutMs: 10_000 },
      );
      expect(goOn.status).toBe("ok");
      const idle = await test.run(`const [start, used] = [performance.now(), process.cpuUsage()];
await new Promise((done) => setTimeout(done, 300));
const { user, system } = process.cpuUsage(used);
(user + system) / 1e3 < (performance.now() - start) / 2`);
      expect(idle.result?.value).toBe(true);
    },
  );

  it("stops what the execution was waiting in, and not what others left [R1.7] [R4.5]", async () => {
    await using test = await openSession(runtime);
    await test.run("let others = 0; const timer = setInterval(() => others++, 1); let mine = 0");
    const code = `${ready} async function loop() {
  for (;;) { await new Promise((done) => setTimeout(done, 1)); mine++; }
}
await loop();`;
    const execution = test.session.execute(code);
    await eventOf(test.session, execution.id, "stdout");
    execution.interrupt();
    await execution.ended;
    const counted = await test.run(
      "const was = [mine, others]; await new Promise((done) => setTimeout(done, 50)); [mine - was[0], others > was[1]]",
    );
    expect(counted.result?.value).toEqual([0, true]);
  });

  it.each([
    ["require", 'require("./slow.cjs").x'],
    ["require, in another module", 'require("./outer.cjs").slow.x'],
    ["import", 'import { x } from "./slow.mjs"; x'],
    ["import, in another module", 'import { x } from "./outer.mjs"; x'],
    ["import of CommonJS", 'import slow from "./slow.cjs"; slow.x'],
    ["dynamic import", '(await import("./slow.mjs")).x'],
    ["dynamic import, in another module", '(await import("./outer.mjs")).x'],
  ])("in the code of a module leaves none half loaded: %s [R1.7]", async (_, load) => {
    await using test = await openSession(runtime);
    const slow = `globalThis.loaded = (globalThis.loaded ?? 0) + 1; if (loaded < 3) { ${ready} for (;;); }`;
    const files = {
      "slow.cjs": `${slow} exports.x = loaded;`,
      "outer.cjs": 'exports.slow = require("./slow.cjs");',
      "slow.mjs": `${slow} export const x = loaded;`,
      "outer.mjs": 'export { x } from "./slow.mjs";',
    };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(test.directory, name), text);
    for (let round = 0; round < 2; round++) {
      const execution = test.session.execute(load);
      await eventOf(test.session, execution.id, "stdout");
      execution.interrupt();
      expect(await execution.ended).toMatchObject({ status: "interrupted", sessionState: "kept" });
    }
    // Once more, and then it is there.
    for (let round = 0; round < 2; round++)
      expect((await test.run(load, { timeoutMs: 10_000 })).result?.value).toBe(3);
  });

  it("lets finish what others left, that runs just then [R4.5]", async () => {
    await using test = await openSession(runtime);
    await test.run(`let begun = 0; let ended = 0;
const busy = setInterval(() => { begun++; const start = performance.now(); while (performance.now() - start < 9); ended++; }, 1)`);
    for (let round = 0; round < 10; round++) {
      const execution = test.session.execute(`${ready} await new Promise(() => {})`);
      await eventOf(test.session, execution.id, "stdout");
      await sleep(round);
      execution.interrupt();
      expect((await execution.ended).status).toBe("interrupted");
    }
    expect((await test.run("[begun > 10, begun - ended]")).result?.value).toEqual([true, 0]);
  });

  it("reaches what runs between executions and keeps the next one from its turn [R1.7]", async () => {
    await using test = await openSession(runtime);
    await test.run("let kept = 1; setTimeout(() => { for (;;); }, 20); void 0");
    const waiting = test.session.execute("await new Promise((done) => setTimeout(done, 1e6))");
    await sleep(100);
    waiting.interrupt();
    expect((await waiting.ended).status).toBe("interrupted");
    expect((await test.run("kept")).result?.value).toBe(1);
  });

  it(
    "300 interrupts at random moments end what they are for, and nothing else [R1.7] [D9]",
    { timeout: 120_000 },
    async () => {
      await using test = await openSession(runtime);
      const random = randomOfThisRun("interrupts of JavaScript");
      await test.run(
        "let count = 0; const { setTimeout: sleep } = require('node:timers/promises')",
      );
      const codes = [
        "count++; for (let i = 0; i < 3e6; i++);",
        "count++; await sleep(1); for (let i = 0; i < 3e6; i++);",
        "count++; for (let i = 0; i < 20; i++) { console.log('x'.repeat(100)); await null; }",
        "count++; await new Promise((done) => setTimeout(() => { for (let i = 0; i < 3e6; i++); done(); }, 1));",
        "count++; Array.from({ length: 3e4 }, Math.random).sort(); JSON.stringify(Array.from({ length: 1e4 }, (_, i) => i));",
      ];
      let before = 0;
      for (let round = 0; round < 300; round++) {
        const execution = test.session.execute(random.pick(codes));
        await sleep(random.integer(0, 7));
        execution.interrupt();
        const { status, error } = await execution.ended;
        const told = { seed: random.seed, round, status, error: error?.text ?? null };
        expect(["ok", "interrupted"], JSON.stringify(told)).toContain(status);
        const counted = await test.run("count");
        expect({ ...told, next: counted.status, err: counted.err }).toEqual({
          ...told,
          next: "ok",
          err: "",
        });
        const count = Number(counted.result?.value);
        expect([before, before + 1]).toContain(count);
        before = count;
      }
    },
  );
});
