import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldfastError } from "@holdfast/core";
import { eventually } from "../wait/eventually.ts";
import { descendantsOf } from "./process-tree.ts";

/** What this process holds, each thing under a name of its own. */
export interface Holdings {
  /** Descendants, as `pid:start time command`. */
  readonly processes: ReadonlySet<string>;
  /** Open descriptors, as `fd -> what`. */
  readonly descriptors: ReadonlySet<string>;
  /** Private folders of workers under the system's temporary folder, and what is in them: FIFOs, sockets. */
  readonly files: ReadonlySet<string>;
  /** Active timers that keep the process alive. */
  readonly timers: number;
  /** Open sockets, servers and pipes that Node knows of, in use or listening. */
  readonly sockets: number;
}

/** Things to count that are nobody's but the test's, by name: rows of a store, entries of a map. */
export type LeakCounts = Readonly<Record<string, () => number | Promise<number>>>;

/** What is held at one time, to be compared with later. */
export interface LeakWatch {
  /**
   * Waits until nothing more is held than when the watch began.
   * @param options `timeoutMs` until it is given up. @default 2_000
   * @throws HoldfastError `deadline_exceeded` that lists what is left
   */
  expectNone(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** What this process holds now. Linux only. */
export function holdings(): Holdings {
  return {
    processes: processes(),
    descriptors: descriptors(),
    files: files(),
    timers: activeResources(/^Timeout$/),
    sockets: activeResources(/^(TCP|Pipe|UDP|TTY|TLS)/),
  };
}

/**
 * What is held now and was not `before`, one line each; empty when nothing is. Of folders, those of this
 * process and of what it started count: the name of each says whose it is.
 */
export function leaksSince(before: Holdings): readonly string[] {
  const now = holdings();
  const added = (kind: "processes" | "descriptors" | "files") =>
    [...now[kind]].filter((name) => !before[kind].has(name)).map((name) => `${kind}: ${name}`);
  const more = (kind: "timers" | "sockets") =>
    now[kind] > before[kind] ? [`${kind}: ${now[kind] - before[kind]} more`] : [];
  return [
    ...added("processes"),
    ...added("descriptors"),
    ...added("files"),
    ...more("timers"),
    ...more("sockets"),
  ];
}

/**
 * Waits until nothing is held that was not held `before`.
 * @throws HoldfastError `deadline_exceeded` that lists what is left
 */
export function expectNoLeaks(
  before: Holdings,
  { timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  return expectNone(async () => leaksSince(before), timeoutMs);
}

/** Begins to watch what this process holds, and what `counts` counts. Linux only. */
export async function watchLeaks(counts: LeakCounts = {}): Promise<LeakWatch> {
  const before = holdings();
  const countsBefore = await countAll(counts);
  const leaks = async () => {
    const now = await countAll(counts);
    const more = [...now].flatMap(([name, count]) => {
      const added = count - (countsBefore.get(name) ?? 0);
      return added > 0 ? [`${name}: ${added} more`] : [];
    });
    return [...leaksSince(before), ...more];
  };
  return { expectNone: ({ timeoutMs = 2_000 } = {}) => expectNone(leaks, timeoutMs) };
}

async function countAll(counts: LeakCounts): Promise<ReadonlyMap<string, number>> {
  const entries = Object.entries(counts).map(
    async ([name, count]) => [name, await count()] as const,
  );
  return new Map(await Promise.all(entries));
}

async function expectNone(
  look: () => Promise<readonly string[]>,
  timeoutMs: number,
): Promise<void> {
  let leaks: readonly string[] = [];
  try {
    await eventually(async () => (leaks = await look()).length === 0, {
      timeoutMs,
      what: "no leaks",
    });
  } catch (cause) {
    if (leaks.length === 0) throw cause; // the look itself failed
    throw new HoldfastError({
      code: "deadline_exceeded",
      message: `left behind after ${timeoutMs} ms:\n${leaks.join("\n")}`,
      details: { leaks },
      cause,
    });
  }
}

function processes(): ReadonlySet<string> {
  return new Set(
    descendantsOf(process.pid).map(
      ({ pid, startTime, command }) => `${pid}:${startTime} ${command}`,
    ),
  );
}

function descriptors(): ReadonlySet<string> {
  const names = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [`${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return []; // The one that reads the folder.
    }
  });
  return new Set(names);
}

function files(): ReadonlySet<string> {
  const own = new Set([process.pid, ...descendantsOf(process.pid).map(({ pid }) => pid)]);
  const folders = readdirSync(tmpdir()).filter((name) => {
    const owner = /^holdfast-(\d+)-/.exec(name)?.[1];
    return owner !== undefined && own.has(Number(owner));
  });
  return new Set(
    folders.flatMap((name) => {
      const folder = join(tmpdir(), name);
      return [folder, ...entriesOf(folder)];
    }),
  );
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    );
  } catch {
    return []; // It has gone meanwhile.
  }
}

function activeResources(kinds: RegExp): number {
  return process.getActiveResourcesInfo().filter((kind) => kinds.test(kind)).length;
}
