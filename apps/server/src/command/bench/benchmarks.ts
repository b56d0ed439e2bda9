import type { HoldfastClient, Session } from "@holdfast/client";
import { type Figure, figureOf, timesOf } from "./measure.ts";

/** Something to be measured. */
export interface Benchmark {
  readonly name: string;
  readonly run: (
    rounds: number,
    onRound: (round: number, rounds: number) => void,
  ) => Promise<Figure>;
}

const outputBytes = 32 * 1000 * 1000;
const answers: Readonly<Record<string, string>> = {
  bash: "echo $((6 * 7))",
  javascript: "console.log(6 * 7)",
  python: "print(6 * 7)",
};
const bulk: Readonly<Record<string, string>> = {
  bash: `head -c ${outputBytes} /dev/zero`,
  javascript: `for (let i = 0; i < ${outputBytes / 1000}; i++) console.log("x".repeat(999));`,
  python: `for _ in range(${outputBytes / 1000}): print("x" * 999)`,
};

/** Start, latency and throughput of a runtime. */
export function benchmarksOf(client: HoldfastClient, runtime: string): readonly Benchmark[] {
  const names = {
    start: `${runtime}: a session from nothing to its first answer`,
    latency: `${runtime}: an execution in a session`,
    throughput: `${runtime}: output`,
  };
  return [
    {
      name: names.start,
      run: async (rounds, onRound) => {
        const ends: Promise<void>[] = [];
        const start = async () => {
          const session = await client.sessions.create({ runtime });
          await check(session, runtime);
          ends.push(session.delete());
        };
        const times = await timesOf(rounds, start, (round) => onRound(round, rounds));
        await Promise.all(ends);
        return figureOf(names.start, "ms", times);
      },
    },
    {
      name: names.latency,
      run: async (rounds, onRound) => {
        await using session = await client.sessions.create({ runtime });
        await check(session, runtime);
        const count = rounds * 10;
        const times = await timesOf(
          count,
          () => check(session, runtime),
          (round) => onRound(round, count),
        );
        return figureOf(names.latency, "ms", times);
      },
    },
    {
      name: names.throughput,
      run: async (rounds, onRound) => {
        await using session = await client.sessions.create({ runtime });
        await check(session, runtime);
        const count = Math.max(3, Math.ceil(rounds / 10));
        const times = await timesOf(
          count,
          () => stream(session, runtime),
          (round) => onRound(round, count),
        );
        return figureOf(
          names.throughput,
          "MB/s",
          times.map((ms) => outputBytes / 1000 / ms),
        );
      },
    },
  ];
}

async function check(session: Session, runtime: string): Promise<void> {
  const { stdout } = await session.execute(answers[runtime] ?? "");
  if (stdout !== "42\n") throw new Error(`${runtime}: 6 * 7 is ${JSON.stringify(stdout)}`);
}

async function stream(session: Session, runtime: string): Promise<void> {
  let received = 0;
  for await (const event of session.execute(bulk[runtime] ?? "", { encoding: "bytes" }))
    if (event.type === "stdout") received += event.bytes.length;
  if (received !== outputBytes)
    throw new Error(`${runtime}: ${received} of ${outputBytes} bytes came`);
}
