import { spawn } from "node:child_process";
import { once } from "node:events";
import { pythonRuntime } from "@holdfast/adapter-python";
import { type Runtime, Session, type WarmWorker, type WorkerStartOptions } from "@holdfast/core";
import { type BenchOptions, runtimes, scaled, sessionEnv } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

const group = "new session to first result";

// A Python that is up and forks: what a fork costs at the least, from the question to the child's first byte.
const bareFork = `import os, sys
for line in sys.stdin:
    if os.fork() == 0:
        os.write(1, b"2\\n")
        os._exit(0)
    os.wait()`;

/** From nothing to the first result. The end is not in the clock. */
export async function startUp(options: BenchOptions): Promise<readonly Row[]> {
  const ends: Promise<unknown>[] = [];
  const after = () => Promise.all(ends.splice(0));
  const plain = pythonRuntime({ template: false });
  const session = (runtime: Runtime, code: string, startWorker?: Runtime["start"]) => async () => {
    const opened = await Session.open({
      runtime,
      env: sessionEnv,
      cwd: "/",
      ...(startWorker === undefined ? {} : { startWorker }),
    });
    const { status } = await opened.execute(code).ended;
    if (status !== "ok") throw new Error(`${code}: ${status}`);
    ends.push(opened.close());
  };
  const bare = (command: string, args: readonly string[]) => async () => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: sessionEnv.PATH },
    });
    const [bytes] = (await once(child.stdout, "data")) as [Buffer];
    if (bytes.toString() !== "2\n") throw new Error(`${command} says ${bytes.toString()}`);
    ends.push(once(child, "close"));
  };
  const forking = spawn("python3", ["-I", "-S", "-c", bareFork], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const fork = async () => {
    forking.stdin.write("\n");
    await once(forking.stdout, "data");
  };
  await fork();
  await session(runtimes.python, "1")(); // the template is up from here on
  // Taken and made anew outside of the clock.
  const warm = await warmWorkers(runtimes.python, scaled(60, options));
  const warmBash = await warmWorkers(runtimes.bash, scaled(60, options));
  const from = (workers: WarmWorker[]) => async (start: WorkerStartOptions) => {
    const worker = workers.pop();
    if (worker === undefined) throw new Error("no warm worker is left");
    return worker.assign(start);
  };
  const perRound = scaled(10, options);
  const samples = await interleave(
    {
      bashLimit: {
        once: bare("bash", ["--norc", "--noprofile", "-c", "echo $((1+1))"]),
        perRound,
        after,
      },
      bash: { once: session(runtimes.bash, ":"), perRound, after },
      pythonLimit: { once: bare("python3", ["-I", "-S", "-c", "print(1+1)"]), perRound, after },
      python: { once: session(plain, "1+1"), perRound, after },
      forkLimit: { once: fork, perRound, after },
      template: { once: session(runtimes.python, "1+1"), perRound, after },
      bashWarm: { once: session(runtimes.bash, ":", from(warmBash)), perRound, after },
      warm: { once: session(runtimes.python, "1+1", from(warm)), perRound, after },
    },
    5,
  );
  forking.stdin.end();
  await Promise.all(ends);
  await Promise.all([...warm, ...warmBash].map((one) => one.stop()));
  const row = (name: keyof typeof samples, limit: keyof typeof samples | null, what: string) => ({
    group,
    what,
    unit: "ms" as const,
    ours: median(samples[name]) / 1_000,
    p99: percentile(samples[name], 0.99) / 1_000,
    limit: limit === null ? null : median(samples[limit]) / 1_000,
  });
  const bash = row("bash", "bashLimit", "bash, cold (limit: the bare interpreter)");
  const template = row("template", "forkLimit", "Python, from the template (limit: a bare fork)");
  const ready = row("warm", null, "Python, warm");
  const readyBash = row("bashWarm", null, "bash, warm");
  return [
    { ...bash, peer: peers.bashStart, target: atMost(bash.ours, 4, "ms") },
    { ...readyBash, peer: peers.bashStart, target: atMost(readyBash.ours, 1, "ms") },
    {
      ...row("python", "pythonLimit", "Python, cold (limit: the bare interpreter)"),
      peer: peers.pythonStart,
    },
    { ...template, peer: peers.pythonStart, target: atMost(template.ours, 4, "ms") },
    { ...ready, peer: peers.pythonStart, target: atMost(ready.ours, 1, "ms") },
  ];
}

async function warmWorkers(runtime: Runtime, count: number) {
  const workers = [];
  for (let i = 0; i < count; i++) {
    const worker = await runtime.warm?.({ startTimeoutMs: 10_000 });
    if (worker === undefined) throw new Error(`${runtime.name} has no warm workers`);
    workers.push(worker);
  }
  return workers;
}
