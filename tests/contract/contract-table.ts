import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workerContractCases } from "@holdfast/harness/vitest";
import { repository } from "../support/repository.ts";

/** What became of a case: passed, or not there because what it needs is not. */
export type CaseResult = "passed" | "absent";

/** Results of the adapters by name, in the order of their names. */
export type ContractTable = ReadonlyMap<string, ReadonlyMap<string, CaseResult>>;

const page = join(repository, "docs/adapters.md");
const block = /<!-- worker contract: from its tests -->[^]*<!-- \/worker contract -->/;
const marks: Readonly<Record<CaseResult, string>> = { passed: "✓", absent: "–" };

/** What docs/adapters.md says, case by case. */
export function readContractTable(): ContractTable {
  const [header = [], , ...rows] = (block.exec(readFileSync(page, "utf8"))?.[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
  const results = new Map<string, Map<string, CaseResult>>();
  for (const [index, adapter] of header.entries()) {
    if (index < 2) continue;
    const column = new Map<string, CaseResult>();
    for (const row of rows) {
      const result = (["passed", "absent"] as const).find((one) => marks[one] === row[index]);
      if (result !== undefined) column.set(row[1] ?? "", result);
    }
    results.set(adapter, column);
  }
  return results;
}

/** Puts the results of an adapter into docs/adapters.md, beside those of the others. */
export function writeContractColumn(
  adapter: string,
  results: ReadonlyMap<string, CaseResult>,
): void {
  const columns = new Map([...readContractTable(), [adapter, results]]);
  const table = new Map([...columns].toSorted(([a], [b]) => a.localeCompare(b, "en")));
  const text = readFileSync(page, "utf8").replace(block, () => rendered(table));
  writeFileSync(`${page}.new`, text);
  renameSync(`${page}.new`, page);
}

function rendered(table: ContractTable): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const passed = [...table.values()].map((column) =>
    String(workerContractCases.filter(({ title }) => column.get(title) === "passed").length),
  );
  return [
    "<!-- worker contract: from its tests -->",
    "",
    row(["topic", "case", ...table.keys()]),
    row(["---", "---", ...passed.map(() => ":-:")]),
    row(["", `${workerContractCases.length} cases; passed`, ...passed]),
    ...workerContractCases.map(({ topic, title }, index) =>
      row([
        topic === workerContractCases[index - 1]?.topic ? "" : topic,
        title,
        ...[...table.values()].map((column) => marks[column.get(title) ?? "absent"]),
      ]),
    ),
    "",
    "<!-- /worker contract -->",
  ].join("\n");
}
