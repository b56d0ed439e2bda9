import { expectNoLeaks, holdings } from "@holdfast/harness";
import { type BenchOptions, mustExecute, openSession, scaled } from "./bench-options.ts";
import type { Row } from "./row.ts";
import { median, percentile } from "./samples.ts";

const group = "1,000 sessions created, used and closed";

/** Many short lives, one after the other; then what is left of them. @throws Error when anything is left */
export async function createClose(options: BenchOptions): Promise<readonly Row[]> {
  await oneLife(); // what the first one opens for good is no leak
  const before = holdings();
  const residentBefore = process.memoryUsage().rss;
  const count = scaled(1_000, options);
  const samples: number[] = [];
  for (let i = 0; i < count; i++) samples.push(await oneLife());
  globalThis.gc?.();
  const grown = (process.memoryUsage().rss - residentBefore) / 1e6;
  await expectNoLeaks(before);
  return [
    {
      group,
      what: "bash: create, `:`, close",
      unit: "ms",
      ours: median(samples),
      p99: percentile(samples, 0.99),
    },
    {
      group,
      what: `processes, descriptors, files, timers left after ${count}`,
      unit: "count",
      ours: 0,
      target: { text: "0", isMet: true },
    },
    { group, what: `resident memory of the host grown after ${count}`, unit: "MB", ours: grown },
  ];
}

async function oneLife(): Promise<number> {
  const start = performance.now();
  const session = await openSession("bash");
  await mustExecute(session, ":");
  await session.close();
  return performance.now() - start;
}
