import { spawn } from "node:child_process";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

const listSchema = z.object({
  items: z.array(
    z.strictObject({
      pid: z.int(),
      parentPid: z.int(),
      command: z.string(),
      state: z.enum(["running", "sleeping", "waiting", "stopped", "zombie"]),
      startedAt: z.iso.datetime(),
      cpuMs: z.number(),
      memoryBytes: z.int(),
      executionId: z.string().nullable(),
    }),
  ),
});

let server: TestServer;
let api: ApiClient;
let id: string;
beforeAll(async () => {
  server = await testServer();
  api = server.api;
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => void (id = (await api.session("bash")).id));

const list = async () =>
  listSchema.parse((await api.get(`/v1/sessions/${id}/processes`)).json).items;
const kill = (pid: number | string, body: object = {}) =>
  api.post(`/v1/sessions/${id}/processes/${pid}/kill`, body);
const withCommand = async (command: string) =>
  (await list()).find((one) => one.command === command) ?? null;

describe("processes of a session", () => {
  it("are its worker, its jobs and the daemons that left it [S1-37]", async () => {
    const before = Date.now();
    await api.execute(id, "sleep 1001 & (setsid sleep 1002 >/dev/null 2>&1 &)");
    const daemon = await eventually(() => withCommand("sleep 1002"), { what: "the daemon" });
    const items = await list();
    const { pid } = (await api.get(`/v1/sessions/${id}`)).json as { pid: number };
    expect(items[0]).toMatchObject({ pid, executionId: null });
    const job = items.find(({ command }) => command === "sleep 1001");
    expect(job).toMatchObject({ parentPid: pid, state: "sleeping", executionId: null });
    expect(job?.memoryBytes).toBeGreaterThan(0);
    for (const { startedAt } of [job, daemon].filter((one) => one !== undefined))
      expect(Math.abs(Date.parse(startedAt) - before)).toBeLessThan(60_000);
  });

  it("are known by their execution where that is sure [S1-45]", async () => {
    const path = `/v1/sessions/${id}/executions`;
    const background = await api.post(path, { code: "sleep 1003 & wait", background: true });
    const inBackground = await eventually(() => withCommand("sleep 1003"), { what: "its child" });
    expect(inBackground.executionId).toBe((background.json as { id: string }).id);
    const stream = await api.follow(id, "sleep 1004");
    await eventually(() => withCommand("sleep 1004"), { what: "the foreground" });
    expect((await list())[0]?.executionId).toBe(stream.executionId);
    stream.cut();
  });

  it("are seen also where they have the name of a guard, with what is below them [A26]", async () => {
    await api.execute(
      id,
      `perl -e '$0 = "holdfast-guard"; $| = 1; system "sleep 1008"' & (setsid perl -e '$0 = "holdfast-guard"; sleep 1009' &)`,
    );
    const child = await eventually(() => withCommand("sleep 1008"), { what: "the child" });
    const named = await eventually(
      async () => {
        const found = (await list()).filter(({ command }) => command === "holdfast-guard");
        return found.length === 2 && found;
      },
      { what: "both of that name" },
    );
    expect(named.map(({ pid }) => pid)).toContain(child.parentPid);
    for (const { pid } of named) expect((await kill(pid)).status).toBe(202);
  });

  it("are signalled, with SIGKILL where nothing is named", async () => {
    await api.execute(id, "sleep 1005 & sleep 1006 & job=$!");
    const stopped = await eventually(() => withCommand("sleep 1005"), { what: "the job" });
    expect((await kill(stopped.pid, { signal: "SIGSTOP" })).status).toBe(202);
    await eventually(async () => (await withCommand("sleep 1005"))?.state === "stopped", {
      what: "its stop",
    });
    const job = await eventually(() => withCommand("sleep 1006"), { what: "the job" });
    expect((await api.post(`/v1/sessions/${id}/processes/${job.pid}/kill`)).status).toBe(202);
    expect((await api.execute(id, "wait $job; echo $?")).stdout).toBe("137\n");
  });

  it("of others are not signalled: 404 [A26]", async () => {
    using stranger = spawn("sleep", ["1007"]);
    const other = (await api.session("bash")).pid;
    for (const pid of [stranger.pid ?? 0, process.pid, other ?? 0, 1, 99_999_999]) {
      const answer = await kill(pid);
      expect(answer).toMatchObject({ status: 404, json: { code: "process_not_found" } });
    }
    expect(stranger.exitCode).toBe(null);
    for (const pid of ["0", "-1", "x", "1e99", "1.5"]) expect((await kill(pid)).status).toBe(400);
    expect((await kill(1, { signal: "SIGNONE" })).status).toBe(400);
  });

  it("are none while the session has no worker", async () => {
    await api.execute(id, "kill -9 $$");
    expect(await list()).toEqual([]);
  });
});
