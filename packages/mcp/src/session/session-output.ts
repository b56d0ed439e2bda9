import type { SessionInfo, Skipped } from "@holdfast/client";
import { z } from "zod";

/** A session as agents are told of it. */
export const sessionOutputSchema = z.object({
  session: z.string().describe("Its id."),
  runtime: z.string(),
  state: z.enum(["starting", "idle", "busy", "restarting", "lost", "closed"]),
  executionCount: z.number().int(),
  lastActivityAt: z.string(),
  expiresAt: z.string().nullable().describe("When it ends if nobody uses it before."),
  forkedFrom: z.string().nullable(),
});

/** What could not be taken along. */
export const skippedOutputSchema = z
  .array(z.object({ name: z.string(), reason: z.string() }))
  .describe("What was left out, and why, such as open files and threads.");

export function sessionOutput(info: SessionInfo): z.infer<typeof sessionOutputSchema> {
  const { id, runtime, state, executionCount, lastActivityAt, expiresAt, parentId } = info;
  return {
    session: id,
    runtime,
    state,
    executionCount,
    lastActivityAt,
    expiresAt,
    forkedFrom: parentId,
  };
}

/** A line on what was left out; `null` when nothing was. */
export function skippedNote(skipped: readonly Skipped[]): string | null {
  if (skipped.length === 0) return null;
  return `Left out: ${skipped.map(({ name, reason }) => `${name} (${reason})`).join(", ")}`;
}
