import { bashRuntime } from "@holdfast/adapter-bash";
import { sessionTest } from "@holdfast/harness/vitest";
import { describe, expect } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const test = sessionTest({ runtime: bashRuntime(), env });

describe.skipIf(!has("bash"))("sessionTest()", () => {
  test("leaves what one test made", async ({ session }) => {
    expect(await session.execute("made=here").ended).toMatchObject({ exitCode: 0 });
  });

  test("for the next one to find [R9.1]", async ({ session }) => {
    const execution = session.execute('printf %s "$made"');
    await execution.ended;
    expect(execution.stdout.toString()).toBe("here");
  });
});
