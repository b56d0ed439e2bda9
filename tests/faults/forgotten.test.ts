import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { Session } from "@holdfast/core";
import { eventually } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const python = pythonRuntime();
afterAll(() => python.close?.());

/** Waits until nothing holds any of these. */
function forgotten(references: readonly WeakRef<object>[], what: string): Promise<boolean> {
  return eventually(
    () => {
      collectGarbage();
      return references.every((one) => one.deref() === undefined);
    },
    { what: `${what} to be forgotten` },
  );
}

describe.each([bashRuntime(), python])("with $name", (runtime) => {
  it("what an operation answered is not kept for as long as its worker lives [R2.7]", async () => {
    await using session = await Session.open({ runtime, env });
    await session.execute("x=1").ended;
    const asked = async () => new WeakRef(await session.variable("x"));
    const references = [await asked(), await asked(), await asked()];
    await session.execute("").ended;
    await forgotten(references, "the answers");
    expect(session.status).toBe("idle");
  });

  it("a session that was closed is not kept, nor what it printed, while others live [R2.7]", async () => {
    await using other = await Session.open({ runtime, env });
    const closed = async () => {
      await using session = await Session.open({ runtime, env });
      const execution = session.execute(runtime.name === "bash" ? "echo hi" : "print('hi')");
      expect((await execution.ended).stdoutBytes).toBe(3);
      return [new WeakRef(session), new WeakRef(execution)];
    };
    await forgotten((await Promise.all([closed(), closed()])).flat(), "the sessions");
    expect(other.status).toBe("idle");
  });
});
