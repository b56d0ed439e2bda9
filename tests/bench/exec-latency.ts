import { type BenchOptions, mustExecute, openSession, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { rawBash, rawBashWithFifos, rawPython } from "./raw-bash.ts";
import { type Row, atMost, timesLimit } from "./row.ts";
import { interleave, median, percentile } from "./samples.ts";

const group = "execution in a live session, in process";

/** From `execute()` to its end, against a bare read/eval loop on pipes in the same rounds. */
export async function execLatency(options: BenchOptions): Promise<readonly Row[]> {
  await using bash = await openSession("bash");
  await using python = await openSession("python");
  const limits = { bash: rawBash(), fifos: rawBashWithFifos(), python: rawPython() };
  const perRound = scaled(200, options);
  const samples = await interleave(
    {
      bashLimit: { once: () => check(limits.bash.run(":"), "0\0"), perRound },
      bash: { once: () => mustExecute(bash, ":"), perRound },
      fifosLimit: { once: () => check(limits.fifos.run(":"), "0\0"), perRound },
      trueLimit: { once: () => check(limits.bash.run("/bin/true"), "0\0"), perRound },
      true: { once: () => mustExecute(bash, "/bin/true"), perRound },
      pythonLimit: { once: () => check(limits.python.run("1+1"), "2"), perRound },
      python: {
        once: async () => {
          const { result } = await python.execute("1+1").ended;
          if (result?.repr !== "2") throw new Error(`1+1 is ${result?.repr}`);
        },
        perRound,
      },
    },
    10,
  );
  limits.bash.close();
  limits.fifos.close();
  limits.python.close();
  const row = (name: "bash" | "true" | "python", what: string) => ({
    group,
    what,
    unit: "us" as const,
    ours: median(samples[name]),
    p99: percentile(samples[name], 0.99),
    limit: median(samples[`${name}Limit`]),
  });
  const [colon, external, expression] = [
    row("bash", "bash `:`"),
    row("true", "bash `/bin/true`"),
    row("python", "Python `1+1`"),
  ];
  return [
    { ...colon, peer: peers.bashExecution, target: timesLimit(colon.ours, colon.limit, 3) },
    {
      ...colon,
      what: "bash `:` (limit: a bare loop that opens a FIFO for each stream)",
      limit: median(samples.fifosLimit),
      target: null,
    },
    external,
    { ...expression, peer: peers.pythonExecution, target: atMost(expression.ours, 200, "us") },
  ];
}

async function check(got: Promise<string>, wanted: string): Promise<void> {
  if ((await got) !== wanted) throw new Error(`the raw loop is wrong: ${await got}`);
}
