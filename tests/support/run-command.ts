import { spawn } from "node:child_process";
import { once } from "node:events";

/** How a command is run. */
export interface RunCommandOptions {
  readonly cwd?: string;
  /** The whole environment. @default that of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input. @default empty */
  readonly input?: string;
  /** Ends it with SIGTERM: that of a test, so that nothing outlives a test that is given up. @default none */
  readonly signal?: AbortSignal;
}

/** What a command did. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and collects what it prints. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input = "", signal }: RunCommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(command, args, { cwd, env, signal, stdio: "pipe" });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => (text[stream] += chunk));
  }
  child.stdin.on("error", () => {}); // it may end without having read its input
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...text };
}

/** {@link runCommand}, for commands that must succeed. @throws Error with all that was printed */
export async function mustRun(
  command: string,
  args: readonly string[],
  options?: RunCommandOptions,
): Promise<CommandResult> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${result.code}:\n${result.stdout}${result.stderr}`,
  );
}
