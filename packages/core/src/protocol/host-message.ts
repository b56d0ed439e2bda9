import { z } from "zod";

const requestId = z.string().min(1).max(128);
const executionId = z.string().min(1).max(64);
const bytes = z.instanceof(Uint8Array);

/** What a host says to a worker. */
export const hostMessageSchema = z.discriminatedUnion("type", [
  /** The first message. The worker answers `ready`, or `fault` and ends. */
  z.object({
    type: z.literal("hello"),
    protocolVersion: z.int(),
    sessionId: z.string(),
    features: z.array(z.string()),
    maxFrameBytes: z.int().positive(),
  }),
  /** Runs code; answered by `started`, any number of events, and `completed`. */
  z.object({
    type: z.literal("execute"),
    executionId,
    code: z.string(),
    stdin: bytes.nullable(),
    env: z.record(z.string(), z.string()).nullable(),
    cwd: z.string().nullable(),
    allowInput: z.boolean(),
    /** FIFOs that the worker opens for writing, for this execution. */
    stdoutPath: z.string(),
    stderrPath: z.string(),
  }),
  /** Answers `input_request`; `data: null` is the end of the input. */
  z.object({ type: z.literal("input_reply"), requestId, data: z.string().nullable() }),
  /** Answers `display` when everything written before it has been read. */
  z.object({ type: z.literal("ack"), requestId }),
  /** For workers that cannot be interrupted by a signal. */
  z.object({ type: z.literal("interrupt"), executionId }),
  /** Answered by `heartbeat` with the same id. */
  z.object({ type: z.literal("ping"), requestId }),
  /** Answered by `checkpointed`. */
  z.object({ type: z.literal("checkpoint"), requestId }),
  /** Answered by `restored`. */
  z.object({ type: z.literal("restore"), requestId, data: bytes }),
  /** Ends the worker when nothing runs. */
  z.object({ type: z.literal("shutdown") }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;
