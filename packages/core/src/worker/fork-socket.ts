import { accessSync, constants } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { type SocketListener, listenForSockets } from "../channel/connect-socket.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { HostMessage } from "../protocol/host-message.ts";
import { within } from "../time/within.ts";
import { expectDescriptors } from "./expect-descriptors.ts";
import { GuardLink } from "./guard-link.ts";
import { GuardedProcess } from "./guarded-process.ts";
import { rememberGuard } from "../telemetry/known-guards.ts";
import { makePrivateDirectory } from "./private-directory.ts";
import { randomId } from "./random-id.ts";
import { guardPath } from "./spawn-guard.ts";
import { isInTreeOf } from "./told-process.ts";

/** What `fork` says of one child. */
export type ForkedChildRequest = (HostMessage & { readonly type: "fork" })["children"][number];

/** A child that was asked for and has not come yet. */
export interface ExpectedChild {
  /** For the `fork` message. */
  readonly request: ForkedChildRequest;
  /** The process, when it and its guard have connected. @throws HoldfastError `worker_start_failed`, `cancelled` */
  arrived(options: {
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<GuardedProcess>;
  /** It will not come: what has come of it is ended. Nothing happens when it has arrived. */
  abandon(): void;
}

interface Pending {
  readonly directory: string;
  readonly process: PromiseWithResolvers<GuardedProcess>;
  control: { readonly socket: Socket; readonly guardPid: number } | null;
  channel: Socket | null;
}

// A first line of a connection: which of the two it is, the token, and the guard's process id.
const firstLine = /^([GC]) ([0-9a-f]{32})(?: (\d{1,10}))?\n/;
const maxFirstLineBytes = 64;
const firstLineTimeoutMs = 5_000;

// Connections that have not said yet what they are for; one more ends the one that has been silent the longest.
const maxSilent = 64;

// That of the worker and that of its guard. Twice that, since others may be on their way.
const connections = 2;

/**
 * Where the children that a process forks connect to: each with a channel of its own and a guard of its own. Who knows a
 * token is believed, once; a token has 128 random bits and is told to the process that forks. A guard that is none of the
 * processes below that one is not.
 */
export class ForkSocket implements AsyncDisposable {
  readonly path: string;
  readonly #parent: GuardedProcess;
  readonly #listener: SocketListener;
  readonly #pending: Map<string, Pending>;

  private constructor(
    parent: GuardedProcess,
    path: string,
    listener: SocketListener,
    pending: Map<string, Pending>,
  ) {
    this.#parent = parent;
    this.path = path;
    this.#listener = listener;
    this.#pending = pending;
  }

  /** Listens in the private folder of a process. @throws HoldfastError `invalid_request` where the path is too long for a socket */
  static async open(parent: GuardedProcess): Promise<ForkSocket> {
    const path = join(parent.directory, "fork");
    const pending = new Map<string, Pending>();
    const silent = new Set<Socket>();
    const listener = await listenForSockets({ path }, (socket) => {
      silent.add(socket);
      socket.once("close", () => silent.delete(socket));
      const [oldest] = silent;
      if (silent.size > maxSilent) oldest?.destroy();
      greet(socket, pending, parent.guard, () => silent.delete(socket));
    });
    listener.unref();
    // Told to those who wait, not waited for by each: what waits for the end of a process is kept until then.
    void parent.ended.then(() => {
      for (const { process } of pending.values()) process.reject(parentEnded());
    });
    return new ForkSocket(parent, path, listener, pending);
  }

  /** The command of a guard for a forked child, up to its own arguments. @throws HoldfastError `runtime_unavailable` */
  static guardCommand(): string[] {
    return [perlPath(), guardPath()];
  }

  /** @throws HoldfastError `worker_start_failed` when there are too few descriptors left to take it in */
  expect(fifos: readonly string[]): ExpectedChild {
    try {
      expectDescriptors(2 * connections + 2 * fifos.length);
    } catch (cause) {
      throw new HoldfastError({
        code: "worker_start_failed",
        message: `fork of a worker: ${cause instanceof Error ? cause.message : String(cause)}`,
        details: { parentPid: this.#parent.pid },
        cause,
      });
    }
    const token = randomId();
    const directory = makePrivateDirectory();
    const pending: Pending = {
      directory,
      process: Promise.withResolvers(),
      control: null,
      channel: null,
    };
    pending.process.promise.catch(() => {});
    this.#pending.set(token, pending);
    if (this.#parent.hasEnded) pending.process.reject(parentEnded());
    this.#parent.guard.expectFolder(directory);
    const abandon = () => {
      if (!this.#pending.delete(token)) return;
      this.#parent.guard.folderHasGuard(directory);
      pending.control?.socket.destroy();
      pending.channel?.destroy();
      void removeTree(directory);
    };
    return {
      request: { token, directory, fifos: [...fifos] },
      abandon,
      arrived: async (options) => {
        try {
          return await within(pending.process.promise, { ...options, what: "fork of a worker" });
        } catch (cause) {
          abandon();
          void pending.process.promise.then(
            (late) => late.stop(),
            () => {},
          );
          if (HoldfastError.is(cause) && cause.code === "cancelled") throw cause;
          throw new HoldfastError({
            code: "worker_start_failed",
            message: `fork of a worker: ${cause instanceof Error ? cause.message : String(cause)}`,
            details: { parentPid: this.#parent.pid },
            cause,
          });
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function parentEnded(): Error {
  return new Error("the process that forks has ended");
}

/** Finds out what a connection is for. */
function greet(
  socket: Socket,
  pending: Map<string, Pending>,
  parent: GuardLink,
  onLine: () => void,
): void {
  let head = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.setTimeout(firstLineTimeoutMs, () => socket.destroy());
  const read = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const [line = "", kind, token = "", guardPid] = firstLine.exec(head.toString("latin1")) ?? [];
    if (line === "") {
      if (head.length >= maxFirstLineBytes) socket.destroy();
      return;
    }
    onLine();
    socket.off("data", read);
    socket.pause();
    socket.setTimeout(0);
    if (head.length > line.length) socket.unshift(head.subarray(line.length));
    const child = pending.get(token);
    const isBelievable = kind !== "G" || isInTreeOf(parent.pid, Number(guardPid));
    if (!isBelievable || child === undefined || !take(child, socket, kind, Number(guardPid))) {
      socket.destroy();
      return;
    }
    if (child.channel === null || child.control === null) return;
    pending.delete(token);
    adopt(child.directory, child.control, child.channel, parent).then(
      child.process.resolve,
      child.process.reject,
    );
  };
  socket.on("data", read);
}

/** Whether it was missing still. */
function take(child: Pending, socket: Socket, kind: string | undefined, guardPid: number): boolean {
  if (kind === "C" && child.channel === null) child.channel = socket;
  else if (kind === "G" && child.control === null) child.control = { socket, guardPid };
  else return false;
  return true;
}

function adopt(
  directory: string,
  { socket, guardPid }: { readonly socket: Socket; readonly guardPid: number },
  channel: Socket,
  parent: GuardLink,
): Promise<GuardedProcess> {
  parent.spare(guardPid);
  rememberGuard(guardPid);
  parent.folderHasGuard(directory);
  const guard = new GuardLink({
    pid: guardPid,
    isTold: true,
    directory,
    control: socket,
    channel,
    exited: Promise.resolve("killed"),
    ancestors: [parent, ...parent.ancestors],
  });
  socket.resume();
  return GuardedProcess.adopt(guard);
}

let perl: string | undefined;

function perlPath(): string {
  perl ??= (process.env["PATH"] ?? "/usr/bin:/bin")
    .split(delimiter)
    .map((folder) => join(folder, "perl"))
    .find(isExecutable);
  if (perl !== undefined) return perl;
  throw new HoldfastError({
    code: "runtime_unavailable",
    message:
      "the process guard needs perl, which is not on PATH (Debian: apt-get install perl-base)",
    details: { install: "perl-base" },
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function removeTree(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => {});
  await rmdir(dirname(directory)).catch(() => {}); // others are in it
}
