import { z } from "zod";
import { valueSchema } from "./value.ts";

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
    /** What the worker takes on before it answers: it may have been started before its session was known. */
    env: z.record(z.string(), z.string()).nullable(),
    cwd: z.string().nullable(),
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
    /** Whether `changes` is told before `completed`. */
    trackChanges: z.boolean(),
  }),
  /** Answers `input_request`; `data: null` is the end of the input. */
  z.object({ type: z.literal("input_reply"), requestId, data: z.string().nullable() }),
  /** Answers `display` when everything written before it has been read. */
  z.object({ type: z.literal("ack"), requestId }),
  /** For workers that cannot be interrupted by a signal. */
  z.object({ type: z.literal("interrupt"), executionId }),
  /** Answered by `heartbeat` with the same id. */
  z.object({ type: z.literal("ping"), requestId }),
  // What follows comes between executions only. Each is answered by what is named here, or by `refused`.
  /** Writes the state to a FIFO, closes it, and answers `checkpointed`. */
  z.object({ type: z.literal("checkpoint"), requestId, path: z.string() }),
  /** Reads what `checkpoint` wrote from a FIFO to its end, replaces the state by it, and answers `restored`. */
  z.object({ type: z.literal("restore"), requestId, path: z.string() }),
  /**
   * Forks children that connect to a Unix socket and then wait for a `hello` of their own. Answers `forked` when all
   * processes are there.
   */
  z.object({
    type: z.literal("fork"),
    requestId,
    socketPath: z.string(),
    /** Command of the process that becomes the parent of a child, before its own arguments. */
    guard: z.array(z.string()),
    children: z.array(
      z.object({ token: z.string(), directory: z.string(), fifos: z.array(z.string()) }),
    ),
  }),
  /** Answered by `variables`: all that the user has, or those of these names that there are. */
  z.object({
    type: z.literal("list_variables"),
    requestId,
    names: z.array(z.string()).nullable(),
    withValues: z.boolean(),
  }),
  /** Answered by `done`. */
  z.object({ type: z.literal("set_variable"), requestId, name: z.string(), value: valueSchema }),
  /** Answered by `done`; `names: null` is all that the user has. */
  z.object({
    type: z.literal("delete_variables"),
    requestId,
    names: z.array(z.string()).nullable(),
  }),
  /** Answered by `modules`. */
  z.object({ type: z.literal("list_modules"), requestId }),
  /** Answered by `completions`. `cursor` counts Unicode code points from the start of `code`. */
  z.object({ type: z.literal("complete"), requestId, code: z.string(), cursor: z.int().min(0) }),
  /** Answered by `inspected`. */
  z.object({ type: z.literal("inspect"), requestId, code: z.string(), cursor: z.int().min(0) }),
  /** Ends the worker when nothing runs. */
  z.object({ type: z.literal("shutdown") }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;
