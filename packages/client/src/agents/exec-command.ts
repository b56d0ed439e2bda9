import type { Session } from "../session/session.ts";
import { type CommandOutput, type YieldOptions, lookAt } from "./command-output.ts";

/** A command, and how long to wait for it. */
export interface ExecCommandInput extends YieldOptions {
  readonly command: string;
  /** Directory of the command. @default the session's */
  readonly cwd?: string;
  /** @default 10_000 */
  readonly yieldTimeMs?: number;
}

/**
 * Starts a command beside what else runs in a bash session, and comes back when it ends or after `yieldTimeMs` with what
 * came so far. It runs on; {@link writeStdin} feeds and polls it.
 */
export async function execCommand(
  session: Session,
  { command, cwd, yieldTimeMs = 10_000, ...options }: ExecCommandInput,
): Promise<CommandOutput> {
  const execution = session.execute(command, {
    ...(cwd === undefined ? {} : { cwd }),
    background: true,
    allowInput: true,
    signal: options.signal,
  });
  const id = await execution.id;
  return lookAt(session, id, { seq: 0, offset: 0 }, { ...options, yieldTimeMs });
}
