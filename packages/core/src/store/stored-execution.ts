import { constants } from "node:os";
import { z } from "zod";
import {
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
} from "../protocol/execution-data.ts";
import { namespaceChangesSchema } from "../protocol/namespace-data.ts";
import { type ExecutionRecord, hasEnded } from "../session/execution-record.ts";

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "no bytes");
const signalNames = Object.keys(constants.signals) as [NodeJS.Signals, ...NodeJS.Signals[]];

export const executionRecordSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  status: z.enum(["queued", "running", "ok", "error", "timeout", "interrupted", "lost"]),
  isBackground: z.boolean(),
  pid: z.int().nullable(),
  exitCode: z.int().nullable(),
  signal: z.enum(signalNames).nullable(),
  stdoutBytes: z.int().min(0),
  stderrBytes: z.int().min(0),
  truncated: z.boolean(),
  result: executionResultSchema.nullable(),
  displays: z.array(displaySchema).readonly(),
  error: executionFailureSchema.nullable(),
  changes: namespaceChangesSchema.nullable(),
  queuedAt: z.number(),
  startedAt: z.number().nullable(),
  durationMs: z.number(),
  sessionState: z.enum(["kept", "restored", "lost"]),
}) satisfies z.ZodType<ExecutionRecord>;

/**
 * An execution as a store keeps it, without its events. Standard input and the environment of the execution are not
 * stored: they may be secrets, and it is never run again.
 */
export const storedExecutionSchema = z.object({
  version: z.literal(1),
  record: executionRecordSchema,
  code: z.string(),
  cwd: z.string().nullable(),
  timeoutMs: z.number().nullable(),
  allowInput: z.boolean(),
  /** The key under which it was asked for, with the SHA-256 of all that was asked. */
  idempotency: z.object({ key: z.string(), bodyHash: z.string() }).nullable(),
  /** The number of its last event; 0 before the end. */
  lastSeq: z.int().min(0),
  /** Kept output behind that of the stored events: of events that were not kept whole. */
  stdoutRest: bytes,
  stderrRest: bytes,
});
export type StoredExecution = z.infer<typeof storedExecutionSchema>;

/** Milliseconds since the epoch, `null` for one that has not ended. */
export function endedAt({ record }: StoredExecution): number | null {
  const { status, startedAt, queuedAt, durationMs } = record;
  return hasEnded(status) ? (startedAt ?? queuedAt) + durationMs : null;
}
