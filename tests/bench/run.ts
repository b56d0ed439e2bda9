// `npm run bench`: all figures. `-- --only NAME` one of them, `-- --scale 0.1` a tenth of the work, `-- --write` puts the
// figures into docs/benchmarks.md. Ends with code 1 when a result was wrong; a target that was missed is only told.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchOptions } from "./bench-options.ts";
import { createClose } from "./create-close.ts";
import { execLatency } from "./exec-latency.ts";
import { firstByte } from "./first-byte.ts";
import { httpLatency } from "./http-latency.ts";
import { interrupts } from "./interrupts.ts";
import { javascript } from "./javascript.ts";
import { manySessions } from "./many-sessions.ts";
import { memory } from "./memory.ts";
import { markdown, plain, writeFigures } from "./report.ts";
import type { Row } from "./row.ts";
import { poolFigures } from "./pool.ts";
import { startUp } from "./start-up.ts";
import { stateFigures } from "./state.ts";
import { storeFigures } from "./store.ts";
import { throughput } from "./throughput.ts";
import { transports } from "./transports.ts";
import { wire } from "./wire.ts";

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<readonly Row[]>>> = {
  exec: execLatency,
  http: httpLatency,
  start: startUp,
  javascript,
  "first-byte": firstByte,
  throughput,
  sessions: manySessions,
  interrupts,
  memory,
  wire,
  transports,
  lives: createClose,
  pool: poolFigures,
  state: stateFigures,
  store: storeFigures,
};

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    scale: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const names = values.only ?? Object.keys(benchmarks);
const rows: Row[] = [];
let failures = 0;
for (const name of names) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined)
    throw new Error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(", ")}`);
  process.stderr.write(`${name} … `);
  const start = performance.now();
  try {
    rows.push(...(await benchmark({ scale: Number(values.scale) })));
    process.stderr.write(`${((performance.now() - start) / 1_000).toFixed(1)} s\n`);
  } catch (error) {
    failures++;
    process.stderr.write(`FAILED: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
console.log(plain(rows));
const missed = rows.filter(({ target }) => target?.isMet === false);
console.log(
  `\n${rows.length} figures, ${missed.length} targets missed, ${failures} benchmarks failed`,
);
if (values.write && failures === 0) {
  const path = join(import.meta.dirname, "../../docs/benchmarks.md");
  const command = [
    "npm run bench",
    ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : []),
  ].join(" ");
  writeFigures(path, markdown(rows, command));
  execFileSync("oxfmt", [path]);
}
// What a failed benchmark left open must not keep the figures waiting.
process.exit(failures === 0 ? 0 : 1);
