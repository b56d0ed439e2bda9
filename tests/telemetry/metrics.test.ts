import { channel } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { type Family, lintPrometheus, parsePrometheus } from "./prometheus-text.ts";

type Metrics = ReadonlyMap<string, Family>;

async function scrape({ port }: TestServer): Promise<Metrics> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return parsePrometheus(await response.text());
}

/** The value of one sample; 0 where it is not there yet. */
function value(
  metrics: Metrics,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = [...metrics.values()].flatMap((family) => family.samples);
  const found = samples.find(
    (one) =>
      one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
  );
  return found?.value ?? 0;
}

test("GET /metrics is what Prometheus takes, and follows its rules for names [R5.5]", async () => {
  await using server = await testServer();
  const host = server.host;
  const { session } = await host.create({ runtime: "bash" });
  await session.execute("true").ended;
  const metrics = await scrape(server);
  const ours = new Map([...metrics].filter(([name]) => name.startsWith("holdfast_")));
  expect(ours.size).toBeGreaterThan(20);
  expect(lintPrometheus(ours)).toEqual([]);
});

test("GET /metrics counts sessions, executions, output and restarts [R5.5] [R5.7]", async () => {
  await using server = await testServer();
  const before = await scrape(server);
  const { session } = await server.host.create({ runtime: "python", id: "counted" });
  await session.execute("print('12345')").ended;
  await session.execute("1/0").ended;
  await session.restart();
  const { session: gone } = await server.host.create({ runtime: "python", id: "gone" });
  await server.host.delete(gone.id);
  const after = await scrape(server);
  const runtime = "python";
  const grown = (name: string, labels: Readonly<Record<string, string>>) =>
    value(after, name, labels) - value(before, name, labels);
  expect({
    sessions: value(after, "holdfast_sessions", { runtime, state: "idle" }),
    processes: value(after, "holdfast_sessions_processes", { runtime }),
    ok: grown("holdfast_executions_total", { runtime, status: "ok" }),
    error: grown("holdfast_executions_total", { runtime, status: "error" }),
    durations: grown("holdfast_execution_duration_seconds_count", { runtime }),
    bytes: grown("holdfast_execution_output_bytes_total", { runtime, stream: "stdout" }),
    restarts: grown("holdfast_session_restarts_total", { runtime, reason: "requested" }),
    ends: grown("holdfast_sessions_terminated_total", { runtime, reason: "closed" }),
    starts: grown("holdfast_session_start_seconds_count", { runtime }),
    executes: grown("holdfast_messages_total", { direction: "sent", type: "execute" }),
  }).toEqual({
    sessions: 1,
    processes: 1,
    ok: 1,
    error: 1,
    durations: 2,
    bytes: 6,
    restarts: 1,
    ends: 1,
    starts: 2,
    executes: 2,
  });
  expect(value(after, "holdfast_sessions_memory_bytes", { runtime })).toBeGreaterThan(1e6);
  expect(after.get("nodejs_eventloop_lag_p99_seconds")?.samples).toHaveLength(1);
});

test("GET /metrics counts what pools and checkpoints tell [R5.5]", async () => {
  await using server = await testServer();
  const before = await scrape(server);
  const runtime = "told";
  channel("holdfast:pool.acquired").publish({ runtime, isHit: true, waitMs: 1 });
  channel("holdfast:pool.acquired").publish({ runtime, isHit: false, waitMs: 9 });
  channel("holdfast:pool.refused").publish({ runtime, waitMs: 100 });
  channel("holdfast:checkpoint.created").publish({ runtime, bytes: 5_000, durationMs: 20 });
  const after = await scrape(server);
  expect(value(before, "holdfast_pool_wait_seconds_count", { runtime })).toBe(0);
  for (const outcome of ["hit", "miss", "refused"])
    expect(value(after, "holdfast_pool_acquisitions_total", { runtime, outcome })).toBe(1);
  expect(value(after, "holdfast_pool_wait_seconds_count", { runtime })).toBe(3);
  expect(value(after, "holdfast_checkpoint_size_bytes_sum", { runtime })).toBe(5_000);
});

test("GET /metrics needs the token where there is one", async () => {
  await using server = await testServer({ token: "secret" });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  expect((await fetch(url)).status).toBe(401);
  const headers = { authorization: "Bearer secret" };
  expect((await fetch(url, { headers })).status).toBe(200);
});

test("GET /v1/sessions/{id}/resources is what the session's processes use [R5.7] [S1-58]", async () => {
  await using server = await testServer();
  const { session } = await server.host.create({ runtime: "bash", id: "used" });
  await session.execute("sleep 1000 & sleep 1000 &").ended;
  const answer = await fetch(`http://127.0.0.1:${server.port}/v1/sessions/used/resources`);
  expect(await answer.json()).toEqual({
    cpuMs: expect.any(Number) as number,
    memoryBytes: expect.any(Number) as number,
    memoryKind: expect.stringMatching(/^(pss|rss)$/) as string,
    processes: 3,
    threads: 3,
    descriptors: expect.any(Number) as number,
  });
  const missing = await fetch(`http://127.0.0.1:${server.port}/v1/sessions/none/resources`);
  expect(missing.status).toBe(404);
});

test.for([
  ["a sample before its HELP", "a_total 1\n", "before any HELP"],
  ["a sample twice", "# HELP a x\n# TYPE a gauge\na 1\na 2\n", "twice: a 2"],
  ["a label that does not end", '# HELP a x\n# TYPE a gauge\na{b="c} 1\n', "labels: "],
  [
    "a histogram that does not add up",
    '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
    "buckets of a",
  ],
])("parsePrometheus() refuses %s", ([, text = "", says = ""]) => {
  expect(() => parsePrometheus(text)).toThrow(says);
});
