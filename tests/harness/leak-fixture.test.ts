import { bashRuntime } from "@holdfast/adapter-bash";
import { Session } from "@holdfast/core";
import { leakTest } from "@holdfast/harness/vitest";
import { afterAll, describe, expect } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const test = leakTest({ timeoutMs: 200 });
let left: Session | null = null;
afterAll(() => left?.close());

describe.skipIf(!has("bash"))("leakTest()", () => {
  test("passes a test that closes its session [R9.6]", async () => {
    await using session = await Session.open({ runtime: bashRuntime(), env });
    expect(session.status).toBe("idle");
  });

  test.fails("fails one that does not [R9.6]", async () => {
    left = await Session.open({ runtime: bashRuntime(), env });
  });

  test("the one that failed had a session", () => {
    expect(left?.status).toBe("idle");
  });
});
