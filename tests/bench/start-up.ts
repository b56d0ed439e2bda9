import { spawn } from "node:child_process";
import { once } from "node:events";
import { type BenchOptions, openSession, runtimes, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

const group = "new session to first result, cold";

/** From nothing to the first result, against the bare interpreter's start to its first byte. The end is not in the clock. */
export async function startUp(options: BenchOptions): Promise<readonly Row[]> {
  const ends: Promise<unknown>[] = [];
  const session = (runtime: keyof typeof runtimes, code: string) => async () => {
    const opened = await openSession(runtime);
    const { status } = await opened.execute(code).ended;
    if (status !== "ok") throw new Error(`${code}: ${status}`);
    ends.push(opened.close());
  };
  const bare = (command: string, args: readonly string[]) => async () => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    });
    const [bytes] = (await once(child.stdout, "data")) as [Buffer];
    if (bytes.toString() !== "2\n") throw new Error(`${command} says ${bytes.toString()}`);
    ends.push(once(child, "close"));
  };
  const perRound = scaled(10, options);
  const samples = await interleave(
    {
      bashLimit: { once: bare("bash", ["--norc", "--noprofile", "-c", "echo $((1+1))"]), perRound },
      bash: { once: session("bash", ":"), perRound },
      pythonLimit: { once: bare("python3", ["-I", "-S", "-c", "print(1+1)"]), perRound },
      python: { once: session("python", "1+1"), perRound },
    },
    5,
  );
  await Promise.all(ends);
  const row = (name: "bash" | "python") => ({
    group,
    what: `${name === "bash" ? "bash" : "Python"} (limit: the bare interpreter)`,
    unit: "ms" as const,
    ours: median(samples[name]) / 1_000,
    p99: percentile(samples[name], 0.99) / 1_000,
    limit: median(samples[`${name}Limit`]) / 1_000,
  });
  const bash = row("bash");
  return [
    { ...bash, peer: peers.bashStart, target: atMost(bash.ours, 4, "ms") },
    { ...row("python"), peer: peers.pythonStart },
  ];
}
