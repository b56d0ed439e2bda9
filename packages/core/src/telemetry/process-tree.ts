import { isKnownGuard } from "./known-guards.ts";
import { list, read, readStat } from "./proc-files.ts";

/** What a worker has started, itself too. */
export interface Tree {
  readonly pids: readonly number[];
  /** Of orphans that came to the guard and have ended. */
  readonly reapedTicks: number;
}

/** From the guard where there is one: orphans are re-parented to it. */
export async function treeOf(pid: number): Promise<Tree> {
  const stat = await readStat(pid);
  if (stat === null) return { pids: [], reapedTicks: 0 };
  const guard = await readStat(stat.parentPid);
  if (guard === null || !isKnownGuard(stat.parentPid, guard.startTicks))
    return { pids: [pid, ...(await descendantsOf(pid))], reapedTicks: 0 };
  return { pids: await descendantsOf(stat.parentPid), reapedTicks: guard.childTicks };
}

/** What a process has started, and what that has; guards of other workers, and what is theirs, left out. */
export async function descendantsOf(root: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let parents = [root]; parents.length > 0;) {
    const children = (await Promise.all(parents.map(childrenOf))).flat();
    const isOther = await Promise.all(children.map(isGuard));
    parents = children.filter((_, index) => isOther[index] === false);
    found.push(...parents);
  }
  return found;
}

/** Guards of other workers that were forked in this tree. */
async function isGuard(pid: number): Promise<boolean> {
  const stat = await readStat(pid);
  return stat !== null && isKnownGuard(pid, stat.startTicks);
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await list(`/proc/${pid}/task`);
  const lines = await Promise.all(tasks.map((task) => read(`/proc/${pid}/task/${task}/children`)));
  return lines.flatMap((line) => (line ?? "").split(" ").filter(Boolean).map(Number));
}
