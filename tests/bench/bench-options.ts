import { bashRuntime } from "@holdfast/adapter-bash";
import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { pythonRuntime } from "@holdfast/adapter-python";
import { Session } from "@holdfast/core";

/** How much is measured. */
export interface BenchOptions {
  /** Rounds, sizes and counts are multiplied by this; 1 for figures that are published, less for a try. */
  readonly scale: number;
}

/** At least one, and in proportion. */
export function scaled(count: number, { scale }: BenchOptions): number {
  return Math.max(1, Math.round(count * scale));
}

export const runtimes = {
  bash: bashRuntime(),
  javascript: javascriptRuntime(),
  python: pythonRuntime(),
} as const;

/** The whole environment of benchmarked sessions. */
export const sessionEnv = { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" } as const;

/** A session that keeps no more output than a figure needs. */
export function openSession(runtime: keyof typeof runtimes): Promise<Session> {
  return Session.open({ runtime: runtimes[runtime], env: sessionEnv, cwd: "/", maxHistory: 10 });
}

/** Runs code and checks that it ended well. @throws Error when it did not */
export async function mustExecute(session: Session, code: string): Promise<void> {
  const { status, exitCode } = await session.execute(code).ended;
  if (status !== "ok" || (exitCode ?? 0) !== 0)
    throw new Error(`${code.slice(0, 80)}: ${status}, exit code ${exitCode}`);
}
