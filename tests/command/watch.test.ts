import { readFileSync } from "node:fs";
import { once } from "node:events";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { holdfast, startHoldfast } from "./holdfast.ts";
import { keys, startTerminal } from "./terminal.ts";

let server: LiveServer;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  server = await startServer();
  env = { HOLDFAST_URL: server.url };
});
afterAll(() => server.end());

it("ps --watch shows sessions as they come and go, until Ctrl-C", async () => {
  await using terminal = startTerminal(["ps", "--watch"], env);
  await terminal.sees("no sessions");
  await holdfast(["create", "--id", "watched"], { env });
  await terminal.sees("watched");
  await holdfast(["kill", "watched"], { env });
  await terminal.sees("no sessions");
  terminal.type(keys.interrupt);
  expect(await terminal.exitCode).toBe(130);
});

it("ps --watch ends with 141 when its reader goes", async () => {
  const { child, exited } = startHoldfast(["ps", "--watch"], env);
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await exited).toEqual([141, null]);
});

it("a token among the words is not to be seen by others", async () => {
  const { child, exited } = startHoldfast(["ps", "--watch", "--token", "s3cret"], env);
  const words = () => readFileSync(`/proc/${child.pid}/cmdline`, "utf8");
  await eventually(() => !words().includes("s3cret"), { what: "the end of the token" });
  child.kill("SIGTERM");
  await exited;
});
