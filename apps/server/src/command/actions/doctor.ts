import { type Check, failure } from "../doctor/check.ts";
import { checkFolders } from "../doctor/folder-checks.ts";
import { checkPort } from "../doctor/port-check.ts";
import { checkRuntimes } from "../doctor/runtime-checks.ts";
import { checkSystem } from "../doctor/system-checks.ts";
import type { JsonOption } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";

const marks = { ok: ["green", "✓"], warning: ["yellow", "!"], failure: ["red", "✗"] } as const;

/** Says what works here; 1 when something essential is missing. */
export async function doctor({ json }: JsonOption): Promise<number> {
  const groups: readonly (readonly [title: string, check: () => Promise<readonly Check[]>])[] = [
    ["System", checkSystem],
    [
      "Folders and port",
      async () => [...(await checkFolders(process.env)), await checkPort(process.env)],
    ],
    ["Runtimes", checkRuntimes],
  ];
  const all: Check[] = [];
  for (const [title, check] of groups) {
    const checks = await check().catch((error: unknown) => [
      failure(title.toLowerCase(), String(error), "report it"),
    ]);
    all.push(...checks);
    if (json !== true) await print(`${style("bold", title)}\n${checks.map(lineOf).join("")}`);
  }
  const count = (status: Check["status"]) => all.filter((one) => one.status === status).length;
  if (json === true) await printJson(all);
  else await print(`\n${verdict(count("failure"), count("warning"))}\n`);
  return count("failure") === 0 ? 0 : 1;
}

function lineOf({ name, status, detail, advice }: Check): string {
  const [colour, mark] = marks[status];
  const line = `  ${style(colour, mark)} ${name.padEnd(12)} ${detail}\n`;
  return advice === null ? line : `${line}${" ".repeat(17)}${style("dim", advice)}\n`;
}

function verdict(failures: number, warnings: number): string {
  if (failures > 0)
    return style("red", `Something essential is missing: ${failures} of the lines above.`);
  const rest =
    warnings === 0
      ? ""
      : ` ${warnings === 1 ? "One line" : `${warnings} lines`} above could be better.`;
  return `${style("green", "Everything essential works.")}${rest}`;
}
