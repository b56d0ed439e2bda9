import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HoldfastError } from "@holdfast/core";
import { eventually } from "../wait/eventually.ts";
import { descendantsOf, isRunning } from "./process-tree.ts";

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
}

/** What this process holds now. Linux only. */
export function holdings(): Holdings {
  return { processes: processes(), descriptors: descriptors(), files: files(), timers: timers() };
}

/**
 * What is held now and was not `before`, one line each; empty when nothing is. The folders of other hosts that run do not
 * count: the name of each says whose it is.
 */
export function leaksSince(before: Holdings): readonly string[] {
  const now = holdings();
  const added = (kind: "processes" | "descriptors" | "files") =>
    [...now[kind]].filter((name) => !before[kind].has(name)).map((name) => `${kind}: ${name}`);
  const timersAdded = now.timers - before.timers;
  return [
    ...added("processes"),
    ...added("descriptors"),
    ...added("files"),
    ...(timersAdded > 0 ? [`timers: ${timersAdded} more`] : []),
  ];
}

/**
 * Waits until nothing is held that was not held `before`.
 * @throws HoldfastError `deadline_exceeded` that lists what is left
 */
export async function expectNoLeaks(
  before: Holdings,
  { timeoutMs = 2_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  try {
    await eventually(() => leaksSince(before).length === 0, { timeoutMs, what: "no leaks" });
  } catch (cause) {
    const leaks = leaksSince(before);
    if (leaks.length === 0) return;
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
  const isOurs = (owner: number) => own.has(owner) || !isRunning(owner);
  const folders = readdirSync(tmpdir()).filter((name) => {
    const owner = /^holdfast-(\d+)-/.exec(name)?.[1];
    return owner !== undefined && isOurs(Number(owner));
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

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
