import { type BenchOptions, openSession, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atLeast } from "./row.ts";
import { median, percentile, timed } from "./samples.ts";

const sessionCount = 20;
const executionCount = 20;

/** 20 sessions with 20 executions each, all at once; every output is compared. */
export async function manySessions(options: BenchOptions): Promise<readonly Row[]> {
  const sessions = await Promise.all(
    Array.from({ length: sessionCount }, () => openSession("bash")),
  );
  const rates: number[] = [];
  const rounds = scaled(50, options);
  for (let round = 0; round < rounds; round++) {
    const { ms, value } = await timed(() =>
      Promise.all(
        sessions.flatMap((session, s) =>
          Array.from({ length: executionCount }, async (_, e) => {
            const text = `${round}-${s}-${e}`;
            const execution = session.execute(`echo ${text}`);
            const { status } = await execution.ended;
            return status === "ok" && execution.stdout.toString() === `${text}\n`;
          }),
        ),
      ),
    );
    const wrong = value.filter((isRight) => !isRight).length;
    if (wrong > 0)
      throw new Error(`20 x 20, round ${round}: ${wrong} of ${value.length} are wrong`);
    rates.push((value.length * 1_000) / ms);
  }
  await Promise.all(sessions.map((session) => session.close()));
  const ours = median(rates);
  return [
    {
      group: "many sessions",
      what: `20 bash sessions x 20 executions at once, ${rounds} rounds, all right`,
      unit: "per s",
      ours,
      p99: percentile(rates, 0.01),
      peer: peers.manySessions,
      target: atLeast(ours, 3_000, "per s"),
    },
  ];
}
