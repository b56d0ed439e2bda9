import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { ApiClient, type EventReader, bytesOf } from "./api-client.ts";

// HOLDFAST_LOAD=full has 1,000 readers over 200 sessions, and prints what it took.
const isFull = process.env["HOLDFAST_LOAD"] === "full";
const sessions = isFull ? 200 : 10;
const readersEach = 5;
const silentReaders = isFull ? 1_000 : 50;
const lines = 500;

let server: LiveServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer({ env: { HOLDFAST_MEMORY: "1", HOLDFAST_LOG: "silent" } });
  api = new ApiClient(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A value of the server's `/proc/<pid>/status`, in MiB. */
function memory(name: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
}

function told(what: string, start: number, before: number): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const grown = (memory("VmHWM") - before).toFixed(0);
  if (isFull) process.stdout.write(`${what}: ${seconds} s, server +${grown} MiB\n`);
}

async function reads(reader: EventReader, expected: string): Promise<void> {
  const events = await reader.rest();
  expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index + 1));
  expect(bytesOf(events, "stdout").toString()).toBe(expected);
  expect(events.at(-1)).toMatchObject({ event: "completed", data: { status: "ok" } });
}

describe("many streams at once", () => {
  it(
    "lose nothing and double nothing, and cost bounded memory [R4.5] [A62] [R6.3] [S1-50]",
    { timeout: 180_000 },
    async () => {
      const ids = await Promise.all(
        Array.from({ length: sessions }, async () => (await api.session("bash")).id),
      );
      const before = memory("VmRSS");
      const start = performance.now();
      const code = `read -r; for ((i = 0; i < ${lines}; i++)); do echo "$REPLY $i"; done`;
      const follows = await Promise.all(
        ids.map((id) => api.follow(id, code, { allowInput: true })),
      );
      const readers = await Promise.all(
        follows.flatMap((follow, index) => {
          const path = `/v1/sessions/${ids[index]}/executions/${follow.executionId}`;
          const others = Array.from({ length: readersEach - 1 }, () =>
            api.stream("GET", `${path}/events`),
          );
          return [Promise.resolve(follow), ...others].map(async (opening) => ({
            reader: await opening,
            id: ids[index] ?? "",
            path,
          }));
        }),
      );
      expect(readers).toHaveLength(sessions * readersEach);
      const done = readers.map(({ reader, id }) =>
        reads(reader, Array.from({ length: lines }, (_, index) => `${id} ${index}\n`).join("")),
      );
      const starts = new Map(readers.map(({ id, path }) => [id, path]));
      await Promise.all(
        [...starts].map(([id, path]) => api.post(`${path}/input`, { data: `${id}\n` })),
      );
      await Promise.all(done);
      told(`${readers.length} readers over ${sessions} sessions`, start, before);
      // What is kept is 20 KiB a session; the rest is what a reader costs.
      expect(memory("VmHWM") - before).toBeLessThan(128 + readers.length * 0.25);
      await Promise.all(ids.map((id) => api.request("DELETE", `/v1/sessions/${id}`)));
    },
  );

  it(
    "cost little when nobody reads them, and others are served meanwhile [A62] [A59]",
    { timeout: 180_000 },
    async () => {
      const { id } = await api.session("bash");
      const execution = await api.execute(id, "head -c 15000000 /dev/zero | tr '\\0' x");
      const before = memory("VmRSS");
      const start = performance.now();
      const path = `/v1/sessions/${id}/executions/${execution.id}/events`;
      const { port } = new URL(server.url);
      const silent: Socket[] = [];
      for (let i = 0; i < silentReaders; i++) {
        const socket = connect(Number(port), "127.0.0.1").pause();
        await once(socket, "connect");
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
        silent.push(socket);
      }
      expect((await api.execute(id, "echo served")).stdout).toBe("served\n");
      told(`${silentReaders} readers that never read`, start, before);
      expect(memory("VmHWM") - before).toBeLessThan(96 + silentReaders * 1);
      for (const socket of silent) socket.destroy();
    },
  );
});
