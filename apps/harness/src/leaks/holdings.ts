import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf } from "./process-tree.ts";

/** What this process holds, each thing under a name of its own. */
export interface Holdings {
  /** Descendants, as `pid:start time command`. */
  readonly processes: ReadonlySet<string>;
  /** Open descriptors, as `fd -> what`. */
  readonly descriptors: ReadonlySet<string>;
  /** FIFOs in the folders that are looked at, as paths. */
  readonly fifos: ReadonlySet<string>;
  /** All else in these folders: files, folders, sockets. */
  readonly files: ReadonlySet<string>;
  /** Active timers that keep the process alive. */
  readonly timers: number;
  /** Open sockets, servers and pipes that Node knows of, in use or listening. */
  readonly sockets: number;
}

/** What {@link holdings} looks at. */
export interface HoldingsOptions {
  /**
   * Folders, with all that is in them, beside the private folders of workers under the system's temporary folder: the
   * data folder of a server, the directory of a session. @default none
   */
  readonly folders?: readonly string[];
}

/** What this process holds now. Linux only. */
export function holdings({ folders = [] }: HoldingsOptions = {}): Holdings {
  const entries = [...workerFolders(), ...folders].flatMap(entriesOf);
  const paths = (isFifo: boolean) =>
    new Set(entries.filter((entry) => entry.isFifo === isFifo).map(({ path }) => path));
  return {
    processes: processes(),
    descriptors: descriptors(),
    fifos: paths(true),
    files: paths(false),
    timers: activeResources(/^Timeout$/),
    sockets: activeResources(/^(TCP|Pipe|UDP|TTY|TLS)/),
  };
}

/**
 * What is held `now` and was not `before`, one line each; empty when nothing is. Of the folders of workers, those of this
 * process and of what it started count: the name of each says whose it is.
 */
export function addedHoldings(before: Holdings, now: Holdings): readonly string[] {
  const known = new Set([...before.processes].map(identityOf));
  const added = (kind: "fifos" | "files") =>
    [...now[kind]].filter((name) => !before[kind].has(name)).map((name) => `${kind}: ${name}`);
  const more = (kind: "timers" | "sockets") =>
    now[kind] > before[kind] ? [`${kind}: ${now[kind] - before[kind]} more`] : [];
  return [
    ...[...now.processes]
      .filter((process) => !known.has(identityOf(process)))
      .map((process) => `processes: ${process}`),
    ...addedDescriptors(before.descriptors, now.descriptors).map((name) => `descriptors: ${name}`),
    ...added("fifos"),
    ...added("files"),
    ...more("timers"),
    ...more("sockets"),
  ];
}

/**
 * What is open more often than before. What was closed and opened again is the same, whatever its number is now: it is the
 * lowest that is free, which depends on what others have closed meanwhile.
 */
function addedDescriptors(
  before: ReadonlySet<string>,
  now: ReadonlySet<string>,
): readonly string[] {
  const closed = [...before].filter((name) => !now.has(name)).map(targetOf);
  return [...now].filter((name) => {
    if (before.has(name)) return false;
    const again = closed.indexOf(targetOf(name));
    if (again === -1) return true;
    closed.splice(again, 1);
    return false;
  });
}

/** Of a descriptor's line what it leads to. */
function targetOf(descriptor: string): string {
  return descriptor.slice(descriptor.indexOf(" -> "));
}

/** Of a process's line what stays the same when it becomes another program. */
function identityOf(process: string): string {
  return process.split(" ", 1)[0] ?? "";
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

function workerFolders(): readonly string[] {
  const own = new Set([process.pid, ...descendantsOf(process.pid).map(({ pid }) => pid)]);
  return readdirSync(tmpdir())
    .filter((name) => own.has(Number(/^holdfast-(\d+)-/.exec(name)?.[1])))
    .map((name) => join(tmpdir(), name));
}

/** The folder, and all that is in it. */
function entriesOf(folder: string): readonly { readonly path: string; readonly isFifo: boolean }[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return [
      { path: folder, isFifo: false },
      ...entries.map((entry) => ({
        path: join(entry.parentPath, entry.name),
        isFifo: entry.isFIFO(),
      })),
    ];
  } catch {
    return []; // It is not there, or has gone meanwhile.
  }
}

function activeResources(kinds: RegExp): number {
  return process.getActiveResourcesInfo().filter((kind) => kinds.test(kind)).length;
}
