import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import type { Row } from "./row.ts";

const start = "<!-- figures: written by `npm run bench -- --write` -->";
const end = "<!-- end of figures -->";

/** The figures as Markdown: what they were taken on, then one table a group. */
export function markdown(rows: readonly Row[], command: string): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const tables = groups.map(
    (group) => `### ${capital(group)}\n\n${table(rows.filter((row) => row.group === group))}`,
  );
  return `${machine(command)}\n\n${tables.join("\n\n")}`;
}

/** Puts the figures between their marks in a document. @throws Error when the marks are not there */
export function writeFigures(path: string, figures: string): void {
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error(`${path} has no place for the figures: ${start} … ${end}`);
  writeFileSync(path, `${text.slice(0, from)}${start}\n\n${figures}\n\n${text.slice(to)}`);
}

/** The same for a terminal. */
export function plain(rows: readonly Row[]): string {
  const lines = rows.map((row) => cells(row).map((cell) => cell.replaceAll("`", "")));
  const all = [header, ...lines];
  const widths = header.map((_, column) =>
    Math.max(...all.map((each) => (each[column] ?? "").length)),
  );
  const shown = all.map((each) =>
    each
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const [first = "", ...rest] = shown;
  const out = [first];
  for (const [index, each] of rest.entries()) {
    if (rows[index]?.group !== rows[index - 1]?.group) out.push("", rows[index]?.group ?? "");
    out.push(each);
  }
  return out.join("\n");
}

const header = ["what", "limit", "Holdfast p50", "p99", "ratio", "target", "met", "peers"];

function cells({
  what,
  unit,
  ours,
  p99 = null,
  limit = null,
  peer = null,
  target = null,
}: Row): readonly string[] {
  return [
    what,
    limit === null ? "" : figure(limit, unit),
    figure(ours, unit),
    p99 === null ? "" : figure(p99, unit),
    limit === null ? "" : `${(ours / limit).toFixed(2)} x`,
    target === null ? "" : target.text,
    target === null ? "" : target.isMet ? "yes" : "**no**",
    peer ?? "",
  ];
}

function table(rows: readonly Row[]): string {
  return [line(header), line(header.map(() => "---")), ...rows.map((row) => line(cells(row)))].join(
    "\n",
  );
}

function figure(value: number, unit: Row["unit"]): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const isWhole = unit === "count" || unit === "bytes";
  const shown = value.toLocaleString("en-US", {
    minimumFractionDigits: isWhole ? 0 : digits,
    maximumFractionDigits: isWhole ? 0 : digits,
  });
  return unit === "count" ? shown : `${shown} ${unit}`;
}

function machine(command: string): string {
  const { model = "unknown" } = cpus()[0] ?? {};
  const memoryGigabytes = Math.round(totalmem() / 2 ** 30);
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${model.trim()}), ${memoryGigabytes} GB, Linux ${release().split("-")[0]}, Node ${process.version}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function line(items: readonly string[]): string {
  return `| ${items.join(" | ")} |`;
}
