import { connectToServer } from "../connection/connect-to-server.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";

interface RuntimeRow {
  readonly name: string;
  readonly engine: string | null;
  readonly available: boolean;
  readonly version: string | null;
  readonly executable?: string;
  readonly features: readonly string[];
  readonly reason: string | null;
  readonly install: string | null;
}

/** Prints what can run here, or on a server. */
export async function runtimes(options: ServerOptions & JsonOption): Promise<void> {
  const rows = await rowsOf(options);
  if (options.json === true) return printJson(rows);
  const cells = rows.map((row) =>
    row.available
      ? [nameOf(row), row.version ?? "", row.executable ?? ""]
      : [nameOf(row), "not available", `${row.reason}. ${row.install}`],
  );
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const [at, row] of cells.entries()) {
    const [name = "", version = "", rest = ""] = row.map((text, column) =>
      text.padEnd(widths[column] ?? 0),
    );
    const mark = rows[at]?.available === true ? "green" : "yellow";
    await print(`${style(mark, name)}  ${version}  ${style("dim", rest)}`.trimEnd() + "\n");
  }
}

function nameOf({ name, engine }: RuntimeRow): string {
  return engine === "pyodide" ? `${name} (${engine})` : name;
}

async function rowsOf({ url, token }: ServerOptions): Promise<readonly RuntimeRow[]> {
  if (url !== undefined && url !== "")
    return connectToServer({ url, ...(token === undefined ? {} : { token }) }).client.runtimes();
  const { allRuntimes } = await import("../../runtimes.ts");
  const infos = await Promise.all(allRuntimes().map((runtime) => runtime.inspect()));
  return infos.map((info) =>
    info.isAvailable
      ? {
          name: info.name,
          engine: info.engine ?? null,
          available: true,
          version: info.version,
          executable: info.executable,
          features: [...info.features],
          reason: null,
          install: null,
        }
      : {
          name: info.name,
          engine: info.engine ?? null,
          available: false,
          version: null,
          features: [],
          reason: info.reason,
          install: info.install,
        },
  );
}
