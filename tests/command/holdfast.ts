import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repository } from "../support/repository.ts";
import { type CommandResult, runCommand } from "../support/run-command.ts";

const command = join(repository, "apps/server/dist/command.mjs");

/** What the command is run with. */
export interface HoldfastOptions {
  /** Standard input. @default empty */
  readonly input?: string;
  /** Added to the environment of this process, without what it says of servers. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Words of a command line that runs the built `holdfast`. */
export const holdfastWords = [process.execPath, command] as const;

/** The environment of this process, in which no server is named and no colour asked for. */
export function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { HOLDFAST_URL: _url, HOLDFAST_TOKEN: _token, FORCE_COLOR: _force, ...rest } = process.env;
  return { ...rest, ...env };
}

/** Runs the built `holdfast` to its end. */
export function holdfast(
  args: readonly string[],
  { env, ...options }: HoldfastOptions = {},
): Promise<CommandResult> {
  return runCommand(process.execPath, [command, ...args], { ...options, env: environment(env) });
}

/** A `holdfast` that runs, with its output in pipes. */
export interface RunningHoldfast {
  readonly child: ChildProcess & {
    readonly stdin: NodeJS.WritableStream;
    readonly stdout: NodeJS.ReadableStream & { destroy(): void };
    readonly stderr: NodeJS.ReadableStream;
  };
  readonly exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
}

/** Starts the built `holdfast`. */
export function startHoldfast(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningHoldfast {
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment(env),
  });
  return { child, exited: once(child, "exit") as RunningHoldfast["exited"] };
}
