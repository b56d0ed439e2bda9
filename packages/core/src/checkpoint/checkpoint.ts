import { z } from "zod";
import { skippedSchema } from "../protocol/namespace-data.ts";

/** What an id of a checkpoint looks like. It is the name of a file too: no dot, no slash. */
export const checkpointIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

const text = z.string().max(1_024);

/** What is known of a checkpoint before its state is written. */
export const checkpointHeaderSchema = z.object({
  id: z.string().regex(checkpointIdPattern),
  sessionId: text.min(1),
  runtime: text.min(1),
  runtimeVersion: text,
  /** Given by people; one with a name is kept until it is deleted. */
  name: text.min(1).nullable(),
  /** Whose it is, such as a tenant; `null` where there is one only. */
  owner: text.nullable(),
  /** Milliseconds since the epoch. */
  createdAt: z.number().int(),
  /** Orders the checkpoints of a store, also when the clock was set back. */
  sequence: z.number().int().min(0),
});
export type CheckpointHeader = z.infer<typeof checkpointHeaderSchema>;

/** What is known when its state is written. */
export const checkpointEndSchema = z.object({
  /** How the state was written, such as `dill`; for people. */
  format: text,
  /** Of the state. */
  sizeBytes: z.number().int().min(0),
  /** How many pieces it is sealed in. */
  records: z.number().int().min(0),
  /** What the state lacks. */
  skipped: z.array(skippedSchema).readonly(),
});
export type CheckpointEnd = z.infer<typeof checkpointEndSchema>;

/** A checkpoint that is there, whole. */
export type Checkpoint = CheckpointHeader & Omit<CheckpointEnd, "records">;
