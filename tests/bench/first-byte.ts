import type { Session } from "@holdfast/core";
import { type BenchOptions, openSession, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

/** From `execute()` to the first byte at the reader, of code that prints a part of a line and then runs on. */
export async function firstByte(options: BenchOptions): Promise<readonly Row[]> {
  await using bash = await openSession("bash");
  await using python = await openSession("python");
  const perRound = scaled(20, options);
  const samples = { bash: [] as number[], python: [] as number[] };
  const once = (session: Session, name: "bash" | "python", code: string) => async () => {
    const start = performance.now();
    const execution = session.execute(code);
    for await (const event of execution.events()) {
      if (event.type !== "stdout") continue;
      samples[name].push(performance.now() - start);
      if (Buffer.from(event.bytes).toString() !== "x") throw new Error("the first byte is wrong");
    }
    await execution.ended;
  };
  await interleave(
    {
      bash: { once: once(bash, "bash", "printf x; sleep 0.02"), perRound },
      python: {
        once: once(python, "python", 'print("x", end=""); import time; time.sleep(0.02)'),
        perRound,
      },
    },
    5,
  );
  return (["bash", "python"] as const).map((name): Row => {
    const ours = median(samples[name]);
    return {
      group: "streaming, in process",
      what: `first byte, ${name === "bash" ? "bash" : "Python, no flush"}`,
      unit: "ms",
      ours,
      p99: percentile(samples[name], 0.99),
      peer: peers.firstByte,
      target: atMost(ours, 2, "ms"),
    };
  });
}
