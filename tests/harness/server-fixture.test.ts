import { bashRuntime } from "@holdfast/adapter-bash";
import { createClient } from "@holdfast/client";
import { Host } from "@holdfast/core";
import { serverTest } from "@holdfast/harness/vitest";
import { serve } from "@holdfast/server";
import { describe, expect } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const test = serverTest(async () => {
  const sessions = new Host({ runtimes: [bashRuntime()], env });
  return serve({ sessions, port: 0 });
});

describe.skipIf(!has("bash"))("serverTest()", () => {
  test("serves what it is given, over HTTP [R9.1]", async ({ server }) => {
    const client = createClient({ baseUrl: server.url });
    const session = await client.sessions.create({ runtime: "bash" });
    const execution = await session.execute("echo over HTTP");
    expect(execution.stdout).toBe("over HTTP\n");
  });
});
