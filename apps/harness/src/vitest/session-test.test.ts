import { expect } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { sessionTest } from "./session-test.ts";

const runtime = new FakeRuntime();
const test = sessionTest({ runtime });
const ids: string[] = [];

test("sessionTest() opens a session for the file [R9.1]", ({ session }) => {
  ids.push(session.id);
  expect(session.status).toBe("idle");
});

test("sessionTest() gives the next test of the file the same session [R3.6]", ({ session }) => {
  ids.push(session.id);
  expect(new Set(ids).size).toBe(1);
  expect(runtime.workers.all).toHaveLength(1);
});
