import { z } from "zod";
import { valueSchema } from "./value.ts";

/** Representations of one thing by MIME type: text as text, the rest as bytes. */
export const mimeBundleSchema = z
  .record(z.string(), z.union([z.string(), z.instanceof(Uint8Array)]))
  .meta({ id: "MimeBundle" });
export type MimeBundle = z.infer<typeof mimeBundleSchema>;

/** Rich output. With `update`, it takes the place of the earlier one of the same `displayId`. */
export const displaySchema = z
  .object({
    mime: mimeBundleSchema,
    displayId: z.string().nullable(),
    update: z.boolean(),
  })
  .meta({ id: "Display" });
export type Display = z.infer<typeof displaySchema>;

/** The value of the last expression. `repr` is never empty. */
export const executionResultSchema = z
  .object({
    repr: z.string(),
    value: valueSchema,
    /** Whether `value` leaves something out because it is too large or too deep. */
    valueTruncated: z.boolean(),
    mime: mimeBundleSchema,
  })
  .meta({ id: "ExecutionResult" });
export type ExecutionResult = z.infer<typeof executionResultSchema>;

export const tracebackFrameSchema = z
  .object({
    file: z.string(),
    line: z.int(),
    function: z.string(),
    /** The text of that line, empty where it is not known. */
    source: z.string(),
  })
  .meta({ id: "TracebackFrame" });
export type TracebackFrame = z.infer<typeof tracebackFrameSchema>;

/** What was raised. `text` is what the language itself would print. */
export const executionFailureSchema = z
  .object({
    name: z.string(),
    message: z.string(),
    traceback: z.array(tracebackFrameSchema),
    text: z.string(),
  })
  .meta({ id: "ExecutionFailure" });
export type ExecutionFailure = z.infer<typeof executionFailureSchema>;
