import { readFileSync } from "node:fs";
import { listProcesses } from "@holdfast/harness";
import { type BenchOptions, mustExecute, openSession, scaled } from "./bench-options.ts";
import { peers } from "./peers.ts";
import { type Row, atMost } from "./row.ts";
import { median } from "./samples.ts";

/** Proportional memory of idle sessions after one execution: the interpreter, and the guard that owns it. */
export async function memory(options: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [runtime, code] of [
    ["bash", ":"],
    ["python", "1+1"],
  ] as const) {
    const sessions = await Promise.all(
      Array.from({ length: scaled(20, options) }, () => openSession(runtime)),
    );
    for (const session of sessions) await mustExecute(session, code);
    const parents = new Map(listProcesses().map(({ pid, parentPid }) => [pid, parentPid]));
    const worker = median(sessions.map(({ pid }) => pssBytes(pid ?? 0) / 1e6));
    const guard = median(sessions.map(({ pid }) => pssBytes(parents.get(pid ?? 0) ?? 0) / 1e6));
    await Promise.all(sessions.map((session) => session.close()));
    const base = { group: "memory of an idle session (PSS)", unit: "MB" as const };
    rows.push(
      {
        ...base,
        what: runtime === "bash" ? "bash" : "Python",
        ours: worker,
        peer: runtime === "bash" ? null : peers.idlePython,
        target: runtime === "bash" ? null : atMost(worker + guard, 4, "MB, with its guard"),
      },
      { ...base, what: `its guard (${runtime})`, ours: guard },
    );
  }
  return rows;
}

function pssBytes(pid: number): number {
  const [, kilobytes] =
    /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
  if (kilobytes === undefined) throw new Error(`no PSS of process ${pid}`);
  return Number(kilobytes) * 1_024;
}
