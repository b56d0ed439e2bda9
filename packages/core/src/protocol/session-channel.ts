import { z } from "zod";
import {
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
  mimeBundleSchema,
} from "./execution-data.ts";
import { namespaceChangesSchema, variableSchema } from "./namespace-data.ts";
import { valueSchema } from "./value.ts";

// The protocol as a client of a session speaks it: the messages of a host to a worker, without what is the host's own
// (pipes, checkpoints, forks, the end of the worker), and what a session tells besides.

const requestId = z.string().min(1).max(128);
const executionId = z.string().min(1).max(64);
const bytes = z.instanceof(Uint8Array);
const names = z.array(z.string()).nullable();
const cursor = z.int().min(0);

/** What a client says to a session. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  /** The first message, answered by `ready`, or by `fault` and the end. */
  z.object({ type: z.literal("hello"), protocolVersion: z.int() }),
  /** Queues code; answered by `started`, any number of events, and `completed`, or by `refused` with its id. */
  z.object({
    type: z.literal("execute"),
    executionId,
    code: z.string(),
    stdin: bytes.nullish(),
    env: z.record(z.string(), z.string()).nullish(),
    cwd: z.string().nullish(),
    allowInput: z.boolean().default(false),
    trackChanges: z.boolean().default(false),
    timeoutMs: z.number().nullish(),
  }),
  /**
   * Answers `input_request`; with the id of an execution in its place it feeds standard input unasked. `data: null` is
   * the end of the input.
   */
  z.object({ type: z.literal("input_reply"), requestId, data: z.string().nullable() }),
  /** Nothing happens when it has ended. */
  z.object({ type: z.literal("interrupt"), executionId }),
  /** Answered by `heartbeat`. */
  z.object({ type: z.literal("ping"), requestId }),
  z.object({
    type: z.literal("list_variables"),
    requestId,
    names: names.default(null),
    withValues: z.boolean().default(false),
  }),
  z.object({ type: z.literal("set_variable"), requestId, name: z.string(), value: valueSchema }),
  z.object({ type: z.literal("delete_variables"), requestId, names: names.default(null) }),
  z.object({ type: z.literal("list_modules"), requestId }),
  z.object({ type: z.literal("complete"), requestId, code: z.string(), cursor }),
  z.object({ type: z.literal("inspect"), requestId, code: z.string(), cursor }),
  // For the host alone: refused.
  z.object({ type: z.enum(["checkpoint", "restore", "fork"]), requestId }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Of which execution, and its number among the events of that: see `?after=` in docs/http.md. */
const event = { executionId, seq: z.int() };

/** What a session says to a client. */
export const sessionMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    protocolVersion: z.int(),
    runtime: z.string(),
    /** `null` while the session has no worker. */
    version: z.string().nullable(),
    pid: z.int().nullable(),
    features: z.array(z.string()),
  }),
  z.object({ type: z.literal("started"), ...event, pid: z.int() }),
  z.object({
    type: z.literal("output"),
    ...event,
    stream: z.enum(["stdout", "stderr"]),
    data: bytes,
  }),
  z.object({ type: z.literal("display"), ...event, requestId: z.null(), ...displaySchema.shape }),
  z.object({
    type: z.literal("input_request"),
    ...event,
    requestId,
    prompt: z.string(),
    password: z.boolean(),
  }),
  z.object({ type: z.literal("result"), ...event, ...executionResultSchema.shape }),
  z.object({ type: z.literal("error"), ...event, ...executionFailureSchema.shape }),
  /** Output that was not kept, and that nobody read at the time. */
  z.object({ type: z.literal("gap"), ...event, fromSeq: z.int(), toSeq: z.int() }),
  z.object({ type: z.literal("changes"), ...event, ...namespaceChangesSchema.shape }),
  z.object({
    type: z.literal("completed"),
    ...event,
    status: z.enum(["ok", "error", "timeout", "interrupted", "lost"]),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    sessionState: z.enum(["kept", "restored", "lost"]),
    durationMs: z.number(),
  }),
  z.object({ type: z.literal("heartbeat"), requestId, isBusy: z.boolean() }),
  z.object({ type: z.literal("variables"), requestId, items: z.array(variableSchema) }),
  z.object({
    type: z.literal("modules"),
    requestId,
    items: z.array(
      z.object({
        name: z.string(),
        version: z.string().nullable(),
        executionId: z.string().nullable(),
      }),
    ),
  }),
  z.object({
    type: z.literal("completions"),
    requestId,
    matches: z.array(z.string()),
    start: cursor,
    end: cursor,
  }),
  z.object({ type: z.literal("inspected"), requestId, mime: mimeBundleSchema.nullable() }),
  z.object({ type: z.literal("done"), requestId }),
  /** What could not be done, with the id of the request, or of the execution; nothing has changed. */
  z.object({ type: z.literal("refused"), requestId, code: z.string(), message: z.string() }),
  /** What was received could not be understood, or the session has ended; the channel closes after it. */
  z.object({ type: z.literal("fault"), code: z.string(), message: z.string() }),
]);
export type SessionMessage = z.infer<typeof sessionMessageSchema>;
