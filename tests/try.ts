import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { pythonRuntime } from "@holdfast/adapter-python";
import { readNotebook, writeNotebook, executeNotebook } from "@holdfast/notebook";
import { openSession } from "./support/session-run.ts";
import { hostSession } from "./notebook/host-session.ts";
const shell = process.argv[2] as "auto" | "plain";
mkdirSync(`/tmp/h/nbwork/${shell}`, {recursive: true});
for (const name of process.argv.slice(3)) {
await using t = await openSession(pythonRuntime({ executable: "/usr/bin/python3" }));
const text = readFileSync(`tests/notebook/fixtures/${name}.ipynb`, "utf8");
const nb = readNotebook(text);
console.log("round trip", writeNotebook(nb) === text);
const answers = ["Ada", "3", "4", "hunter2", "last"];
const run = await executeNotebook(nb, hostSession(t.session), { pythonShell: shell, onInput: name === "input" ? () => answers.shift() ?? null : null });
console.log(name, run.status, run.kernel, run.durationMs, run.failedCell);
writeFileSync(`/tmp/h/nbwork/${shell}/${name}.ipynb`, writeNotebook(nb));
}
