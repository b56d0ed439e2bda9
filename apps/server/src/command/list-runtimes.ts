import { allRuntimes } from "../runtimes.ts";

/** A table of what can run here. */
export async function listRuntimes(): Promise<string> {
  const infos = await Promise.all(allRuntimes().map((runtime) => runtime.inspect()));
  const rows = infos.map((info) =>
    info.isAvailable
      ? [info.name, info.version, info.executable]
      : [info.name, "not available", `${info.reason}. ${info.install}`],
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")}\n`)
    .join("");
}
