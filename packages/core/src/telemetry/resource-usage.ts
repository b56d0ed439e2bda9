import { readFile, readdir } from "node:fs/promises";

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

interface Stat {
  readonly parentPid: number;
  readonly command: string;
  readonly isZombie: boolean;
  readonly ownTicks: number;
  /** Of children that have ended and were waited for. */
  readonly childTicks: number;
  readonly threads: number;
}

interface ProcessUsage {
  readonly ticks: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly pssBytes: number | null;
  readonly rssBytes: number;
}

// USER_HZ, the same on every Linux.
const msPerTick = 10;

/** The name that guards have, see guard/guard.pl. */
const guardCommand = "holdfast-guard";

/**
 * Reads what the process trees of these workers use: daemons that they have left behind too, other sessions that were
 * forked from them and guards not, once their guard has its name, some milliseconds after the fork. Reads `/proc` once,
 * keeps nothing. Linux only.
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

interface Tree {
  readonly pids: readonly number[];
  /** Of orphans that came to the guard and have ended. */
  readonly reapedTicks: number;
}

/** From the guard where there is one: orphans are re-parented to it. */
async function treeOf(pid: number): Promise<Tree> {
  const stat = await readStat(pid);
  if (stat === null) return { pids: [], reapedTicks: 0 };
  const guard = await readStat(stat.parentPid);
  if (guard === null || guard.command !== guardCommand)
    return { pids: [pid, ...(await descendantsOf(pid))], reapedTicks: 0 };
  return { pids: await descendantsOf(stat.parentPid), reapedTicks: guard.childTicks };
}

async function descendantsOf(root: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let parents = [root]; parents.length > 0;) {
    const children = (await Promise.all(parents.map(childrenOf))).flat();
    const isOther = await Promise.all(children.map(isGuard));
    parents = children.filter((_, index) => isOther[index] === false);
    found.push(...parents);
  }
  return found;
}

async function isGuard(pid: number): Promise<boolean> {
  return (await read(`/proc/${pid}/comm`))?.trimEnd() === guardCommand;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await list(`/proc/${pid}/task`);
  const lines = await Promise.all(tasks.map((task) => read(`/proc/${pid}/task/${task}/children`)));
  return lines.flatMap((line) => (line ?? "").split(" ").filter(Boolean).map(Number));
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

function kibibytes(text: string | null, name: string): number | null {
  const found = text === null ? null : new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
  return found === null ? null : Number(found[1]) * 1024;
}

async function readStat(pid: number): Promise<Stat | null> {
  const text = await read(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The command may have spaces and parentheses of its own.
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const number = (index: number) => Number(fields[index - 3]); // numbered as in proc(5)
  return {
    parentPid: number(4),
    command: text.slice(text.indexOf("(") + 1, close),
    isZombie: fields[0] === "Z" || fields[0] === "X",
    ownTicks: number(14) + number(15),
    childTicks: number(16) + number(17),
    threads: number(20),
  };
}

/** `null` for a process that has ended meanwhile, or is not ours to read. */
async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, "latin1");
  } catch {
    return null;
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}
