import { availableParallelism, cpus, loadavg } from "node:os";
import { type Benchmark, benchmarksOf } from "../bench/benchmarks.ts";
import type { Figure } from "../bench/measure.ts";
import { connect } from "../connection/connect.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

/** Measures this machine, or a server. */
export async function bench(
  options: ServerOptions & JsonOption & { readonly rounds: number },
): Promise<void> {
  await using connection = await connect(options);
  const { client } = connection;
  const load = loadavg()[0] ?? 0;
  const runtimes = (await client.runtimes()).filter(({ available }) => available);
  const figures: Figure[] = [];
  for (const { name } of runtimes)
    for (const benchmark of benchmarksOf(client, name))
      figures.push(await measured(benchmark, options.rounds));
  const processors = availableParallelism();
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    processors,
    load,
    node: process.version,
  };
  const where = connection.isLocal ? "in this process" : client.baseUrl;
  if (options.json === true) return printJson({ where, machine, figures });
  const rows = figures.map(({ name, unit, rounds, median, p95, worst }) => [
    name,
    ...[median, p95, worst].map((value) => `${shown(value)} ${unit}`),
    String(rounds),
  ]);
  const columns = [
    { head: "WHAT" },
    { head: "MEDIAN", isNumber: true },
    { head: "P95", isNumber: true },
    { head: "WORST", isNumber: true },
    { head: "ROUNDS", isNumber: true },
  ];
  await print(`${table(columns, rows).join("\n")}\n\n`);
  await print(
    style(
      "dim",
      `${where}; ${machine.processor}, ${processors} processors, Node ${machine.node}\n`,
    ),
  );
  if (load > processors)
    await print(
      style(
        "yellow",
        `The machine was busy (load ${load.toFixed(1)}): the figures are worse than it can do.\n`,
      ),
    );
}

async function measured({ name, run }: Benchmark, rounds: number): Promise<Figure> {
  const { stderr } = process;
  const onRound = (round: number, of: number) =>
    void stderr.write(`\r\u001B[K${style("dim", `${name} ${round}/${of}`, stderr)}`);
  try {
    return await run(rounds, stderr.isTTY ? onRound : () => {});
  } finally {
    if (stderr.isTTY) stderr.write("\r\u001B[K");
  }
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : String(Math.round(value));
}
