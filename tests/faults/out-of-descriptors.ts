// Opens sessions until no descriptor is left, and prints what came of it. Run with a low `ulimit -n`.
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { HoldfastError, type Runtime } from "@holdfast/core";
import { eventually, holdings, leaksSince } from "@holdfast/harness";
import { type TestSession, openSession } from "../support/session-run.ts";

const sessions: TestSession[] = [];

// As at the start of a server: which interpreter there is is known from now on.
const python = pythonRuntime();
const before = holdings();
await (await openSession(python))[Symbol.asyncDispose]();

async function openUntilRefused(runtime: Runtime): Promise<string> {
  for (let count = 0; count < 100; count++) {
    try {
      sessions.push(await openSession(runtime));
    } catch (error) {
      return HoldfastError.is(error) ? error.code : String(error);
    }
  }
  return "never";
}

const refused = {
  bash: await openUntilRefused(bashRuntime()),
  python: await openUntilRefused(python),
};
const ends = await Promise.all(sessions.map((test) => test.run(":".repeat(0))));
const alive = sessions.length > 2 && ends.every(({ status }) => status === "ok");
for (const test of sessions.splice(0)) await test[Symbol.asyncDispose]();
const last = await openSession(bashRuntime());
const again = (await last.run("true")).status;
await last[Symbol.asyncDispose]();
await python.close?.();
// What Node made for a process that it could not start then goes with the garbage.
const { gc } = globalThis as { gc?: () => void };
await eventually(() => (gc?.(), leaksSince(before).length === 0), { what: "the end of all" }).catch(
  () => {},
);
console.log(JSON.stringify({ refused, alive, again, left: leaksSince(before) }));
