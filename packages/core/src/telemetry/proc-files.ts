import { readFile, readdir } from "node:fs/promises";

/** What is read of `/proc/<pid>/stat`. */
export interface ProcessStat {
  readonly parentPid: number;
  readonly command: string;
  /** One letter, as in proc(5). */
  readonly state: string;
  readonly isZombie: boolean;
  readonly ownTicks: number;
  /** Of children that have ended and were waited for. */
  readonly childTicks: number;
  readonly threads: number;
  /** Since the machine's start; with the process id it names a process for good. */
  readonly startTicks: number;
}

// USER_HZ, the same on every Linux.
export const msPerTick = 10;

/** `null` for a process that has ended meanwhile. */
export async function readStat(pid: number): Promise<ProcessStat | null> {
  const text = await read(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** The line of `/proc/<pid>/stat`. */
export function parseStat(text: string): ProcessStat {
  // The command may have spaces and parentheses of its own.
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const number = (index: number) => Number(fields[index - 3]); // numbered as in proc(5)
  const [state = "?"] = fields;
  return {
    parentPid: number(4),
    command: text.slice(text.indexOf("(") + 1, close),
    state,
    isZombie: state === "Z" || state === "X",
    ownTicks: number(14) + number(15),
    childTicks: number(16) + number(17),
    threads: number(20),
    startTicks: number(22),
  };
}

/** A value of `/proc/<pid>/status` or the like, in bytes. */
export function kibibytes(text: string | null, name: string): number | null {
  const found = text === null ? null : new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
  return found === null ? null : Number(found[1]) * 1024;
}

/** `null` for a process that has ended meanwhile, or is not ours to read. */
export async function read(
  path: string,
  encoding: "latin1" | "utf8" = "latin1",
): Promise<string | null> {
  try {
    return await readFile(path, encoding);
  } catch {
    return null;
  }
}

/** The names in a folder of `/proc`, none where it is not there. */
export async function list(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}
