import { join } from "node:path";
import { type ServerProcess, startServerProcess } from "@holdfast/harness";
import { repository } from "./repository.ts";

/** A server in a process of its own. Dispose of it to end it. */
export type LiveServer = ServerProcess;

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

/** Starts the built server on a free port, with a data folder of its own, and waits until it says that it listens. */
export function startServer({
  env = {},
  node = process.execPath,
  entry = join(repository, "apps/server/dist/index.mjs"),
  args = [],
}: LiveServerOptions = {}): Promise<LiveServer> {
  return startServerProcess({ command: node, args: [entry, ...args], env });
}
