import { setTimeout as delay } from "node:timers/promises";
import { type BenchOptions, openSession, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost } from "./row.ts";
import { median, percentile } from "./samples.ts";

const cases = [
  {
    runtime: "python",
    what: "Python `while True: pass`",
    peer: peers.interruptLoop,
    code: 'print("x", end="")\nwhile True: pass',
  },
  {
    runtime: "python",
    what: "Python `await asyncio.sleep(6)`",
    peer: peers.interruptAwait,
    code: 'import asyncio\nprint("x", end="")\nawait asyncio.sleep(6)',
  },
  {
    runtime: "javascript",
    what: "JavaScript `for (;;);`",
    peer: null,
    code: 'process.stdout.write("x"); for (;;);',
  },
  {
    runtime: "javascript",
    what: "JavaScript `await` for ever",
    peer: null,
    code: 'process.stdout.write("x"); await new Promise(() => {});',
  },
  {
    runtime: "bash",
    what: "bash `while :; do :; done`",
    peer: null,
    code: "printf x; while :; do :; done",
  },
] as const;

/** From `interrupt()` to the end of the execution, which must be `interrupted` with the state kept. */
export async function interrupts(options: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { runtime, what, peer, code } of cases) {
    await using session = await openSession(runtime);
    const samples: number[] = [];
    for (let i = 0; i < scaled(50, options); i++) {
      const execution = session.execute(code);
      for await (const event of execution.events()) if (event.type === "stdout") break;
      await delay(5); // from the print to the loop or the sleep; not in the clock
      const start = performance.now();
      execution.interrupt();
      const { status, sessionState } = await execution.ended;
      samples.push(performance.now() - start);
      if (status !== "interrupted" || sessionState !== "kept")
        throw new Error(`${what}: ${status}, state ${sessionState}`);
    }
    const ours = median(samples);
    const target = atMost(ours, 5, "ms");
    rows.push({
      group: "interrupt to end",
      what,
      unit: "ms",
      ours,
      p99: percentile(samples, 0.99),
      peer,
      target,
    });
  }
  return rows;
}
