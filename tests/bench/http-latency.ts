import { startServer } from "../support/live-server.ts";
import { type BenchOptions, scaled } from "./bench-options.ts";
import { HttpClient } from "./http-client.ts";
import { peers } from "./peers.ts";
import { type Row, timesLimit } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

const group = "execution in a live session, over HTTP";

interface Answer {
  readonly status: string;
  readonly exitCode: number | null;
  readonly result: { readonly repr: string } | null;
}

/** POST of an execution and its whole answer, against an empty route of the same server over the same connection. */
export async function httpLatency(options: BenchOptions): Promise<readonly Row[]> {
  await using server = await startServer();
  const client = new HttpClient(server.url);
  for (const runtime of ["bash", "python"])
    await client.json("POST", "/v1/sessions", { runtime, id: runtime });
  const execute = (id: string, code: string) =>
    client.json<Answer>("POST", `/v1/sessions/${id}/executions`, { code });
  const perRound = scaled(100, options);
  const samples = await interleave(
    {
      empty: { once: async () => void (await client.json("GET", "/healthz")), perRound },
      bash: {
        once: async () => {
          const { status, exitCode } = await execute("bash", ":");
          if (status !== "ok" || exitCode !== 0) throw new Error(`: is ${status}, ${exitCode}`);
        },
        perRound,
      },
      python: {
        once: async () => {
          const { result } = await execute("python", "1+1");
          if (result?.repr !== "2") throw new Error(`1+1 is ${result?.repr}`);
        },
        perRound,
      },
    },
    10,
  );
  client.close();
  const limit = median(samples.empty);
  const row = (name: "bash" | "python", what: string): Row => {
    const ours = median(samples[name]);
    const target = timesLimit(ours, limit, 2);
    return { group, what, unit: "us", ours, p99: percentile(samples[name], 0.99), limit, target };
  };
  return [
    { ...row("bash", "bash `:` (limit: `GET /healthz`)"), peer: peers.bashExecution },
    {
      ...row("python", "Python `1+1` (limit: `GET /healthz`)"),
      peer: peers.pythonExecution,
      target: null,
    },
  ];
}
