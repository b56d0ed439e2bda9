import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/repository.ts";

/** A row of the table in docs/notebooks.md. */
export interface Difference {
  readonly what: string;
  /** A regular expression, or `streams`. */
  readonly pattern: string;
}

interface Output {
  readonly output_type: string;
  readonly name?: string;
  text?: string[];
}

/** What docs/notebooks.md says is different in outputs. */
export function readDifferences(): readonly Difference[] {
  const text = readFileSync(join(repository, "docs/notebooks.md"), "utf8");
  const [, behind = ""] = text.split("<!-- compared -->");
  const rows = behind.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) => {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const pattern = /`(.*)`/.exec(cells[4] ?? "")?.[1]?.replaceAll("\\|", "|");
    if (pattern === undefined) throw new Error(`no pattern in ${row}`);
    return { what: cells[1] ?? "", pattern };
  });
}

/** An executed notebook, with what is known to be different replaced by the same. */
export function equalised(text: string, differences: readonly Difference[]): unknown {
  const patterns = differences.map(({ pattern }) => pattern);
  const expressions = patterns
    .filter((pattern) => pattern !== "streams")
    .map((pattern) => new RegExp(pattern, "g"));
  let plain = text;
  for (const [index, expression] of expressions.entries())
    plain = plain.replace(expression, `«difference ${index}»`);
  const notebook = JSON.parse(plain) as { cells: { outputs?: Output[] }[] };
  if (patterns.includes("streams"))
    for (const cell of notebook.cells)
      if (cell.outputs !== undefined) cell.outputs = gathered(cell.outputs);
  return notebook;
}

/** Between other outputs, all of stdout and then all of stderr. */
function gathered(outputs: readonly Output[]): Output[] {
  const result: Output[] = [];
  let streams = new Map<string, Output>();
  for (const output of outputs) {
    if (output.output_type !== "stream") {
      result.push(...inOrder(streams), output);
      streams = new Map();
      continue;
    }
    const before = streams.get(output.name ?? "")?.text?.join("") ?? "";
    const text = `${before}${output.text?.join("") ?? ""}`.split(/(?<=\n)/);
    streams.set(output.name ?? "", { ...output, text });
  }
  return [...result, ...inOrder(streams)];
}

function inOrder(streams: ReadonlyMap<string, Output>): Output[] {
  return ["stdout", "stderr"].flatMap((name) => streams.get(name) ?? []);
}
