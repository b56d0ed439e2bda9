import { connectToServer } from "../connection/connect-to-server.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { formatDuration } from "../terminal/format.ts";
import { print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

/** Shows the pool of a server. */
export async function pool(options: ServerOptions & JsonOption): Promise<void> {
  const now = await connectToServer(options).client.pool();
  if (options.json === true) return printJson(now);
  const { waits, warmUps } = now;
  const mean = ({ count, totalMs }: typeof waits) =>
    count === 0 ? "none yet" : `${formatDuration(totalMs / count)} on average`;
  const facts = [
    ["workers", `${now.size}: ${now.leased} in use, ${now.warm} warm, ${now.starting} starting`],
    [
      "asked for",
      `${now.acquisitions}, of which ${now.hits} found a warm one (${Math.round(now.hitRate * 100)} %)`,
    ],
    ["waits", mean(waits)],
    ["warm-ups", `${mean(warmUps)}, ${now.warmUpFailures} failed`],
    ["waiting", String(now.waiting)],
  ];
  const width = Math.max(...facts.map(([name = ""]) => name.length));
  for (const [name = "", value = ""] of facts)
    await print(`${style("bold", name.padEnd(width))}  ${value}\n`);
  const rows = Object.entries(now.runtimes).map(([name, runtime]) => [
    name,
    `${runtime.warm} of ${runtime.minIdle}`,
    String(runtime.warming),
    String(runtime.failures),
    runtime.lastError ?? "",
  ]);
  const columns = [
    { head: "RUNTIME" },
    { head: "WARM", isNumber: true },
    { head: "WARMING", isNumber: true },
    { head: "FAILED", isNumber: true },
    { head: "LAST ERROR" },
  ];
  await print(`\n${table(columns, rows).join("\n")}\n`);
}
