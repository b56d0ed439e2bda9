import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { Session } from "@holdfast/core";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { afterAll, describe, expect, it } from "vitest";

// HOLDFAST_LOAD=full does 960 of each, and prints what it took.
const isFull = process.env["HOLDFAST_LOAD"] === "full";
// Under what a template forks before it is replaced, so that all come from one.
const count = isFull ? 960 : 60;

const [python, other] = [pythonRuntime(), pythonRuntime()];
afterAll(async () => {
  await python.close?.();
  await other.close?.();
});

const options = {
  env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8" },
  cwd: "/tmp",
} as const;

describe.each([{ runtime: other }, { runtime: bashRuntime() }])(
  "sessions of $runtime.name",
  ({ runtime }) => {
    it(
      "leave nothing behind when they come and go in quick succession, 20 at a time [R2.7] [D31] [S2-10] [S1-41] [S1-42]",
      { timeout: 120_000 },
      async () => {
        await (await Session.open({ ...options, runtime })).close();
        const before = holdings();
        let begun = 0;
        const start = performance.now();
        const oneAfterAnother = async () => {
          while (begun++ < count) await (await Session.open({ ...options, runtime })).close();
        };
        await Promise.all(Array.from({ length: 20 }, oneAfterAnother));
        await expectNoLeaks(before, { timeoutMs: 10_000 });
        told(`${count} sessions of ${runtime.name} came and went`, start);
      },
    );
  },
);

it(
  "many Python sessions live at once, all answer, and one is as quick among them [R4.5] [S4-19]",
  { timeout: 120_000 },
  async () => {
    const one = await Session.open({ ...options, runtime: python });
    const alone = await latency(one);
    const start = performance.now();
    const sessions: Session[] = [];
    for (let i = 0; i < count; i += 4) {
      sessions.push(
        ...(await Promise.all(
          Array.from({ length: 4 }, () => Session.open({ ...options, runtime: python })),
        )),
      );
    }
    told(`${sessions.length} live sessions`, start);
    const answers = await Promise.all(
      sessions.map(
        async (session, index) => (await session.execute(`${index} + 1`).ended).result?.value,
      ),
    );
    expect(answers).toEqual(sessions.map((_, index) => index + 1));
    const among = await latency(one);
    if (isFull)
      console.log(`1+1, p50: ${alone.toFixed(3)} ms alone, ${among.toFixed(3)} ms among them`);
    await Promise.all([one, ...sessions].map((session) => session.close()));
  },
);

async function latency(session: Session): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < 300; i++) {
    const start = performance.now();
    await session.execute("1+1").ended;
    samples.push(performance.now() - start);
  }
  return samples.toSorted((a, b) => a - b)[150] ?? Number.NaN;
}

function told(what: string, start: number): void {
  if (isFull) console.log(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s`);
}
