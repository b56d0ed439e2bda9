import { pythonRuntime } from "@holdfast/adapter-python";
import { Session } from "@holdfast/core";
import { executeWithInput } from "@holdfast/harness";
import { expect, onTestFinished, test } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

async function openPython(): Promise<Session> {
  const session = await Session.open({ runtime: pythonRuntime({ template: false }), env });
  onTestFinished(() => session.close());
  return session;
}

test.skipIf(!has("python3"))(
  "executeWithInput() answers what a program asks, by what it asks [R9.5]",
  async () => {
    const code = `
import getpass
name = input("Your name? ")
secret = getpass.getpass("Password: ")
ages = [input(f"Age of {who}: ") for who in ("cat", "dog")]
try: input("Anything else? ")
except EOFError: name += "!"
name, secret, ages`;
    const { record, exchanges } = await executeWithInput(await openPython(), code, [
      ["name", "Ada"],
      [/^password/i, "secret"],
      [/^Age of (\w+)/, (prompt) => (prompt.includes("cat") ? "7" : "9")],
      ["else", null],
    ]);
    expect(record.result?.repr).toBe("('Ada!', 'secret', ['7', '9'])");
    expect(exchanges.map(({ password }) => password)).toEqual([false, true, false, false, false]);
  },
);

test.skipIf(!has("python3"))(
  "executeWithInput() tells of a question that nobody thought of, and the session goes on [R9.5]",
  async () => {
    const session = await openPython();
    const executing = executeWithInput(session, "input('Your name? '); input('Age? ')", [
      ["name", "Ada"],
    ]);
    await expect(executing).rejects.toThrow('nothing answers the prompt "Age? ", number 2');
    expect(await session.execute("1 + 1").ended).toMatchObject({ result: { repr: "2" } });
  },
);
