import { z } from "zod";
import {
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
  mimeBundleSchema,
} from "./execution-data.ts";
import { namespaceChangesSchema, skippedSchema, variableSchema } from "./namespace-data.ts";

const requestId = z.string().min(1).max(128);
const executionId = z.string().min(1).max(64);
const bytes = z.instanceof(Uint8Array);

/** What a worker says to its host. */
export const workerMessageSchema = z.discriminatedUnion("type", [
  /** Answers `hello`. */
  z.object({
    type: z.literal("ready"),
    protocolVersion: z.int(),
    runtime: z.string(),
    version: z.string(),
    pid: z.int(),
    features: z.array(z.string()),
  }),
  z.object({ type: z.literal("started"), executionId }),
  /** Output of what an execution left running, after its end. */
  z.object({
    type: z.literal("output"),
    executionId,
    stream: z.enum(["stdout", "stderr"]),
    data: bytes,
  }),
  /** With a `requestId` the worker waits for `ack`: so prints and displays keep their order. */
  z.object({
    type: z.literal("display"),
    executionId,
    requestId: requestId.nullable(),
    ...displaySchema.shape,
  }),
  z.object({
    type: z.literal("input_request"),
    executionId,
    requestId,
    prompt: z.string(),
    password: z.boolean(),
  }),
  z.object({ type: z.literal("result"), executionId, ...executionResultSchema.shape }),
  z.object({ type: z.literal("error"), executionId, ...executionFailureSchema.shape }),
  /** The end of an execution; the worker has let go of its output pipes. */
  z.object({
    type: z.literal("completed"),
    executionId,
    status: z.enum(["ok", "error", "interrupted"]),
    /** The worker has not let go of its output pipes, wants them again, and knows that nobody else holds them. */
    keepsOutput: z.boolean().optional(),
  }),
  /** An interrupt has reached the code, which may go on for a while: it need not be sent again. */
  z.object({ type: z.literal("interrupt_taken"), executionId }),
  z.object({ type: z.literal("heartbeat"), requestId: requestId.nullable(), isBusy: z.boolean() }),
  /** What an execution changed, where that was asked for. */
  z.object({ type: z.literal("changes"), executionId, ...namespaceChangesSchema.shape }),
  z.object({
    type: z.literal("checkpointed"),
    requestId,
    /** How the state was written, such as `dill`; for people. */
    format: z.string(),
    skipped: z.array(skippedSchema),
  }),
  z.object({ type: z.literal("restored"), requestId, skipped: z.array(skippedSchema) }),
  /** `skipped`: what the children do not have, such as threads. */
  z.object({ type: z.literal("forked"), requestId, skipped: z.array(skippedSchema) }),
  z.object({ type: z.literal("variables"), requestId, items: z.array(variableSchema) }),
  z.object({
    type: z.literal("modules"),
    requestId,
    items: z.array(
      z.object({
        name: z.string(),
        version: z.string().nullable(),
        /** The execution that imported it, where that is known. */
        executionId: z.string().nullable(),
      }),
    ),
  }),
  z.object({
    type: z.literal("completions"),
    requestId,
    matches: z.array(z.string()),
    /** What a match takes the place of, in Unicode code points. */
    start: z.int().min(0),
    end: z.int().min(0),
  }),
  /** `mime: null`: nothing is known there. */
  z.object({ type: z.literal("inspected"), requestId, mime: mimeBundleSchema.nullable() }),
  z.object({ type: z.literal("done"), requestId }),
  /** The answer to a request that cannot be done; the worker and its state are as before. */
  z.object({ type: z.literal("refused"), requestId, code: z.string(), message: z.string() }),
  /** What was received could not be understood; the worker ends after it. */
  z.object({ type: z.literal("fault"), code: z.string(), message: z.string() }),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
