import type { CreateSession } from "../session/session-info.ts";

/** How a tool runs code. */
export interface ToolOptions {
  /** What its session is made with. @default nothing besides the runtime */
  readonly session?: Omit<CreateSession, "runtime">;
  /** Milliseconds until code is interrupted. @default 120_000 */
  readonly timeoutMs?: number;
  /** Characters of output that an answer has at most, the first and the last ones. @default 30_000 */
  readonly maxOutputLength?: number;
}

export const toolDefaults = { timeoutMs: 120_000, maxOutputLength: 30_000 } as const;

/** Said when the session had to be made anew. */
export const newSessionNote =
  "[the session before was gone; this one is new, without its variables and directory]";
