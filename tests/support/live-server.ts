import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repository } from "./repository.ts";

/** A server in a process of its own. Dispose of it to end it. */
export interface LiveServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote to stderr so far. */
  readonly log: string;
  /** Signals it and answers how it ended. */
  end(
    signal?: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** How the server is started. */
export interface LiveServerOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Node that runs it. @default the one of this process */
  readonly node?: string;
  /** What is run. @default the server of this repository, as built */
  readonly entry?: string;
  /** @default none */
  readonly args?: readonly string[];
}

/**
 * Starts the built server on a free port, with a data folder of its own, and waits until it says that it listens.
 * @throws Error with its log when it ends before that
 */
export async function startServer(options: LiveServerOptions = {}): Promise<LiveServer> {
  const {
    env,
    node = process.execPath,
    entry = join(repository, "apps/server/dist/index.mjs"),
    args = [],
  } = options;
  const dataDirectory = mkdtempSync(join(tmpdir(), "server-data-"));
  const child = spawn(node, [entry, ...args], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", HOLDFAST_DATA_DIR: dataDirectory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  void exited.then(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const url = Promise.withResolvers<string>();
  createInterface(child.stdout).on("line", (line) => {
    const match = /^Holdfast listening on (http:\/\/\S+)$/.exec(line);
    if (match !== null) url.resolve(match[1] ?? "");
  });
  void exited.then(([code, signal]) =>
    url.reject(new Error(`the server ended with ${code ?? signal}:\n${log}`)),
  );
  const end: LiveServer["end"] = async (signal = "SIGTERM") => {
    child.kill(signal);
    const [code, by] = await exited;
    return { code, signal: by };
  };
  const { pid = 0 } = child;
  return {
    url: await url.promise,
    pid,
    get log() {
      return log;
    },
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}
