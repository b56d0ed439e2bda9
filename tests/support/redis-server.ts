import { randomInt } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/** A Redis of a test's own, which keeps nothing on a disk but what it is told to. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Its folder. */
  readonly folder: string;
  /** Ends it at once, as the kernel does; all it held in memory is gone. */
  kill(): Promise<void>;
  /** Starts it again on its port. */
  start(): Promise<void>;
  /** Stops it without a word; `false` lets it go on. */
  halt(isHalted: boolean): void;
  /** What `redis-cli` says to that. */
  cli(...args: readonly string[]): Promise<string>;
}

/** Starts `redis-server` on a free port of loopback. @param settings further ones, as `--name value` */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "redis-server-"));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}/0`,
    folder,
    async start() {
      const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
      child = spawn("redis-server", [...args, ...settings], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await ready(child);
    },
    async kill() {
      if (child === null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      child = null;
      await exited;
    },
    halt: (isHalted) => void child?.kill(isHalted ? "SIGSTOP" : "SIGCONT"),
    async cli(...args) {
      const { stdout } = await runCommand("redis-cli", ["-p", String(port), ...args]);
      return stdout.trim();
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function ready(child: ChildProcess): Promise<void> {
  let text = "";
  const isReady = Promise.withResolvers<void>();
  child.stdout?.on("data", (chunk) => {
    text += String(chunk);
    if (text.includes("Ready to accept connections")) isReady.resolve();
  });
  child.once("exit", () => isReady.reject(new Error(`redis-server ended: ${text}`)));
  await isReady.promise;
}

/**
 * A port of loopback that nobody listens on, below those that the kernel gives to outgoing connections: it stays free while
 * a server is away from it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (isFree !== true) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
