import { constants } from "node:os";
import {
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
  namespaceChangesSchema,
  skippedSchema,
} from "@holdfast/core";
import { z } from "zod";

/** As JSON has it: text as text, bytes as base64. */
const mimeSchema = z.record(z.string(), z.string()).meta({ id: "MimeBundle" });
const displayViewSchema = displaySchema.extend({ mime: mimeSchema }).meta({ id: "Display" });
const resultViewSchema = executionResultSchema
  .extend({
    mime: mimeSchema,
    value: z
      .unknown()
      .meta({ description: "JSON, or a tagged map such as {$type: tuple, items: []}" }),
  })
  .meta({ id: "ExecutionResult" });

/** A union, since the document would make a named schema itself nullable, wherever it is used. */
function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}

const maxDelayMs = 2 ** 31 - 1;
const timeoutMs = z.number().min(1).max(maxDelayMs);
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable");
const withoutNul = z.string().refine((text) => !text.includes("\0"), "text without NUL");
const env = z.record(envName, withoutNul);

/** `[A-Za-z0-9_-]{1,64}`. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, - and _");

export const createSessionSchema = z
  .object({
    runtime: z.string().max(100),
    id: idSchema.optional(),
    env: env.optional(),
    cwd: withoutNul.optional(),
    labels: z.record(z.string().max(100), z.string().max(1000)).optional(),
    idleTimeoutMs: timeoutMs.nullable().optional(),
    executionTimeoutMs: timeoutMs.nullable().optional(),
    restore: idSchema.optional(),
  })
  .meta({ id: "CreateSession" });

export const updateSessionSchema = createSessionSchema
  .pick({ labels: true, idleTimeoutMs: true, executionTimeoutMs: true })
  .meta({ id: "UpdateSession" });

export const executeSchema = z
  .object({
    code: z.string(),
    stdin: z.string().optional(),
    env: env.optional(),
    cwd: withoutNul.optional(),
    timeoutMs: timeoutMs.nullable().optional(),
    timeoutFrom: z.enum(["start", "heartbeat"]).optional(),
    allowInput: z.boolean().optional(),
    background: z.boolean().optional(),
    onError: z.enum(["keep", "rollback"]).optional(),
    trackChanges: z.boolean().optional(),
  })
  .meta({ id: "Execute" });

export const runSchema = executeSchema.extend({ runtime: z.string().max(100) }).meta({ id: "Run" });

export const inputSchema = z
  .object({
    data: z.string().optional(),
    base64: z
      .base64()
      .optional()
      .meta({ description: "Bytes that are not UTF-8, in place of data" }),
    close: z.boolean().optional(),
  })
  .refine(({ data, base64 }) => data === undefined || base64 === undefined, {
    error: "allowed data or base64",
    path: ["base64"],
  })
  .meta({ id: "Input" });

const signalNames = Object.keys(constants.signals) as [NodeJS.Signals, ...NodeJS.Signals[]];
export const killSchema = z.object({ signal: z.enum(signalNames).optional() }).meta({ id: "Kill" });

export const sessionSchema = z
  .object({
    id: idSchema,
    runtime: z.string(),
    state: z.enum(["starting", "idle", "busy", "restarting", "lost", "closed"]),
    pid: z.int().nullable(),
    createdAt: z.iso.datetime(),
    lastActivityAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    restarts: z.int(),
    executionCount: z.int(),
    parentId: idSchema.nullable().meta({ description: "The session that it was forked from" }),
    labels: z.record(z.string(), z.string()),
  })
  .meta({ id: "Session" });
export type SessionView = z.infer<typeof sessionSchema>;

export const executionSchema = z
  .object({
    id: idSchema,
    sessionId: idSchema,
    status: z.enum(["queued", "running", "ok", "error", "timeout", "interrupted", "lost"]),
    background: z.boolean(),
    pid: z.int().nullable(),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    stdout: z.string(),
    stderr: z.string(),
    stdoutBytes: z.int(),
    stderrBytes: z.int(),
    truncated: z.boolean(),
    result: orNull(resultViewSchema),
    displays: z.array(displayViewSchema),
    error: orNull(executionFailureSchema),
    changes: orNull(namespaceChangesSchema),
    startedAt: z.iso.datetime().nullable(),
    durationMs: z.number(),
    sessionState: z.enum(["kept", "restored", "lost"]),
  })
  .meta({ id: "Execution" });

/** With the code: what is read later has it, the answer to who sent it does not. */
export const executionDetailsSchema = executionSchema
  .extend({ code: z.string() })
  .meta({ id: "ExecutionDetails" });

export { skippedSchema } from "@holdfast/core";

export const checkpointSchema = z
  .object({
    id: idSchema,
    sessionId: z.string(),
    runtime: z.string(),
    runtimeVersion: z.string(),
    name: z.string().nullable(),
    format: z.string().meta({ description: "How the state was written, such as dill" }),
    createdAt: z.iso.datetime(),
    sizeBytes: z.int(),
    skipped: z.array(skippedSchema),
  })
  .meta({ id: "Checkpoint" });

const value = z
  .unknown()
  .meta({ description: "JSON, or a tagged map such as {$type: tuple, items: []}" });

/** A variable as it is listed: without its value. */
export const variableSchema = z
  .object({
    name: z.string(),
    type: z.string(),
    repr: z.string(),
    sizeBytes: z.int().nullable(),
    source: z.string().nullable(),
  })
  .meta({ id: "Variable" });

export const variableDetailsSchema = variableSchema
  .extend({ value, valueTruncated: z.boolean() })
  .meta({ id: "VariableDetails" });

export const moduleSchema = z
  .object({
    name: z.string(),
    version: z.string().nullable(),
    executionId: z.string().nullable(),
  })
  .meta({ id: "Module" });

export const cursorSchema = z
  .object({
    code: z.string(),
    cursor: z
      .int()
      .min(0)
      .optional()
      .meta({ description: "In Unicode code points; the end of the code where it is left out" }),
  })
  .meta({ id: "CodeAtCursor" });

export const completionsSchema = z
  .object({ matches: z.array(z.string()), start: z.int(), end: z.int() })
  .meta({ id: "Completions" });

export const inspectionSchema = z.object({ mime: orNull(mimeSchema) }).meta({ id: "Inspection" });

export const fileEntrySchema = z
  .object({
    name: z.string(),
    type: z.enum(["file", "directory", "symlink", "other"]),
    sizeBytes: z.int(),
    modifiedAt: z.iso.datetime(),
  })
  .meta({ id: "FileEntry" });

export const processSchema = z
  .object({
    pid: z.int(),
    parentPid: z.int(),
    command: z.string(),
    state: z.enum(["running", "sleeping", "waiting", "stopped", "zombie"]),
    startedAt: z.iso.datetime(),
    cpuMs: z.number(),
    memoryBytes: z.int(),
    executionId: idSchema.nullable().meta({ description: "Where it is sure" }),
  })
  .meta({ id: "Process" });

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: "Problem" });

export const resourcesSchema = z
  .object({
    cpuMs: z.number().meta({ description: "Processor time so far; a restart begins anew" }),
    memoryBytes: z.int(),
    memoryKind: z
      .enum(["pss", "rss"])
      .meta({ description: "pss: shared pages count by their share; rss: in full" }),
    processes: z.int(),
    threads: z.int(),
    descriptors: z.int(),
  })
  .meta({ id: "Resources" });

export const runtimeSchema = z
  .object({
    name: z.string(),
    engine: z.string().nullable(),
    available: z.boolean(),
    version: z.string().nullable(),
    features: z.array(z.string()),
    reason: z.string().nullable(),
    install: z.string().nullable(),
  })
  .meta({ id: "Runtime" });
