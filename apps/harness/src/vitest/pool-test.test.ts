import { expect } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { poolTest } from "./pool-test.ts";

const test = poolTest({ runtimes: [new FakeRuntime({ canWarm: true })] });
const seen: { readonly pool: object; readonly sessionId: string }[] = [];

test("poolTest() gives a test a session out of the file's pool [R9.1] [S0-43]", async ({
  pool,
  session,
}) => {
  seen.push({ pool, sessionId: session.id });
  expect(session.status).toBe("idle");
});

test("poolTest() gives the next test the same pool and a clean session [R3.6] [S3-9]", ({
  pool,
  session,
}) => {
  expect(seen[0]?.pool).toBe(pool);
  expect(seen[0]?.sessionId).not.toBe(session.id);
  expect(pool.statistics).toMatchObject({ acquisitions: 2, leased: 1 });
});
