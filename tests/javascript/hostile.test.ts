import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = javascriptRuntime({
  executable: process.env["HOLDFAST_TEST_NODE"] ?? process.execPath,
});

const harms: readonly (readonly [what: string, code: string])[] = [
  [
    "names of globals",
    "const process = 1, Buffer = 2, Promise = 3, Map = 4, console = 5, Object = 6, Array = 7;",
  ],
  [
    "methods of arrays",
    "for (const name of ['push', 'shift', 'slice', 'map', 'some', 'filter', 'join']) Array.prototype[name] = () => { throw new Error('gone'); };",
  ],
  [
    "methods of maps and sets",
    "for (const name of ['get', 'set', 'has', 'delete']) Map.prototype[name] = Set.prototype[name] = () => { throw new Error('gone'); };",
  ],
  [
    "methods of buffers",
    "for (const name of ['set', 'subarray', 'slice']) Uint8Array.prototype[name] = () => { throw new Error('gone'); }; Buffer.prototype.utf8Write = Buffer.from = null;",
  ],
  ["promises", "Promise.prototype.then = () => { throw new Error('gone'); };"],
  [
    "the writes of Node's",
    "const fs = require('node:fs'); fs.writeSync = fs.readSync = fs.openSync = fs.closeSync = () => { throw new Error('gone'); };",
  ],
  [
    "what is written to",
    "process.stdout.write = process.stderr.write = () => { throw new Error('gone'); };",
  ],
  ["standard output itself", "Object.defineProperty(process, 'stdout', { value: null });"],
  ["timers", "globalThis.setImmediate = globalThis.setTimeout = process.nextTick = () => {};"],
  [
    "descriptors",
    "const { closeSync } = require('node:fs'); for (const fd of [0, 1, 2]) closeSync(fd);",
  ],
  [
    "the prototype of objects",
    "Object.prototype.type = 'x'; Object.prototype.requestId = 'y'; Object.prototype.toString = null;",
  ],
  [
    "errors",
    "Error.prepareStackTrace = () => { throw new Error('gone'); }; Error.stackTraceLimit = 0;",
  ],
  ["the listeners of the process", "process.removeAllListeners();"],
  [
    "the prototype of functions",
    "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => {};",
  ],
  ["symbols", "Array.prototype[Symbol.iterator] = () => { throw new Error('gone'); };"],
];

describe("JavaScript that damages its realm", () => {
  it.each(harms)("%s: the next execution is told truthfully [A29] [D39]", async (_, code) => {
    await using test = await openSession(runtime);
    const { status } = await test.run(code);
    expect(status).toBe("ok");
    expect(await test.run("6 * 7")).toMatchObject({ status: "ok", result: { value: 42 } });
    const printed = await test
      .run('require("node:child_process").spawnSync("echo", ["on"], { stdio: "inherit" }); 1')
      .catch(() => null);
    expect(printed?.status).toMatch(/ok|error/);
    expect(await test.run("throw 1")).toMatchObject({ status: "error" });
    await test.session.variables();
  });
});

describe("the end of a JavaScript process", () => {
  it.each([
    ["process.exit(3)", "process.exit(3)", { exitCode: 3, signal: null }],
    ["process.exit() after an await", "await 1; process.exit()", { exitCode: 0, signal: null }],
    [
      "an exit handler",
      "process.on('exit', () => { process.exitCode = 7 }); process.exit()",
      { exitCode: 7, signal: null },
    ],
    ["process.abort()", "process.abort()", { exitCode: null, signal: "SIGABRT" }],
    [
      "a signal",
      "process.kill(process.pid, 'SIGTERM'); await new Promise(() => {})",
      { exitCode: null, signal: "SIGTERM" },
    ],
    ["the end of its channel", "require('node:fs').closeSync(4); await new Promise(() => {})", {}],
  ])("by %s is told as it was [F14] [S2-4]", async (_, code, end) => {
    await using test = await openSession(runtime);
    expect(await test.run(code)).toMatchObject({ status: "lost", ...end });
  });

  it(
    "out of memory is told as the end that it is, with what V8 says [F14]",
    { timeout: 60_000 },
    async () => {
      const small = javascriptRuntime({ nodeArguments: ["--max-old-space-size=40"] });
      await using test = await openSession(small);
      const { status, signal, err } = await test.run(
        "const all = []; for (;;) all.push([1, 2, 3]);",
      );
      expect({ status, signal }).toEqual({ status: "lost", signal: "SIGABRT" });
      expect(err).toContain("heap out of memory");
    },
  );
});
