import { kibibytes, list, msPerTick, read, readStat } from "./proc-files.ts";
import { treeOf } from "./process-tree.ts";

/** What a session's processes use at the moment. */
export interface ResourceUsage {
  /** Processor time so far, user and system, of what has ended too, in milliseconds. Of the present worker: a restart begins anew. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /**
   * `pss`: memory that is shared counts by its share, so sums are true. `rss`: the kernel does not let us read that of
   * every process, and what is shared counts in full.
   */
  readonly memoryKind: "pss" | "rss";
  readonly processes: number;
  readonly threads: number;
  /** Open file descriptors. */
  readonly descriptors: number;
}

/** What {@link resourceUsage} may be told. */
export interface ResourceUsageOptions {
  /** `rss` is cheaper: the kernel walks no page tables for it. @default `pss` */
  readonly memory?: "pss" | "rss";
}

interface ProcessUsage {
  readonly ticks: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly pssBytes: number | null;
  readonly rssBytes: number;
}

/**
 * Reads what the process trees of these workers use: daemons that they have left behind too, other sessions that were
 * forked from them and guards not. Reads `/proc` once, keeps nothing. Of workers that this process has started; of another
 * one's it sees no daemons. Linux only.
 * @returns `null` when none of the processes is there
 */
export async function resourceUsage(
  pids: readonly number[],
  { memory = "pss" }: ResourceUsageOptions = {},
): Promise<ResourceUsage | null> {
  const trees = await Promise.all(pids.map(treeOf));
  const processes = [...new Set(trees.flatMap((tree) => tree.pids))];
  const usages = (await Promise.all(processes.map((pid) => usageOf(pid, memory)))).filter(
    (usage) => usage !== null,
  );
  if (usages.length === 0) return null;
  const isPss = memory === "pss" && usages.every(({ pssBytes }) => pssBytes !== null);
  const sum = (value: (usage: ProcessUsage) => number) =>
    usages.reduce((total, usage) => total + value(usage), 0);
  const reapedTicks = trees.reduce((total, tree) => total + tree.reapedTicks, 0);
  return {
    cpuMs: (sum(({ ticks }) => ticks) + reapedTicks) * msPerTick,
    memoryBytes: sum((usage) => (isPss ? (usage.pssBytes ?? 0) : usage.rssBytes)),
    memoryKind: isPss ? "pss" : "rss",
    processes: usages.length,
    threads: sum(({ threads }) => threads),
    descriptors: sum(({ descriptors }) => descriptors),
  };
}

async function usageOf(pid: number, memory: "pss" | "rss"): Promise<ProcessUsage | null> {
  const [stat, descriptors, rollup, status] = await Promise.all([
    readStat(pid),
    list(`/proc/${pid}/fd`),
    memory === "pss" ? read(`/proc/${pid}/smaps_rollup`) : null,
    read(`/proc/${pid}/status`),
  ]);
  if (stat === null || stat.isZombie) return null;
  return {
    ticks: stat.ownTicks + stat.childTicks,
    threads: stat.threads,
    descriptors: descriptors.length,
    pssBytes: kibibytes(rollup, "Pss"),
    rssBytes: kibibytes(status, "VmRSS") ?? 0,
  };
}
