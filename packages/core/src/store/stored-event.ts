import { z } from "zod";
import {
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
} from "../protocol/execution-data.ts";
import type { ExecutionEvent } from "../session/execution-event.ts";

const seq = z.int().min(1);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "no bytes");

/** An event of an execution as a store keeps it. `completed` stands for the record, which has a row of its own. */
export const storedEventSchema = z.discriminatedUnion("type", [
  z.object({ seq, type: z.literal("started"), executionId: z.string(), pid: z.int() }),
  z.object({ seq, type: z.literal("stdout"), bytes }),
  z.object({ seq, type: z.literal("stderr"), bytes }),
  displaySchema.extend({ seq, type: z.literal("display") }),
  z.object({
    seq,
    type: z.literal("input_request"),
    prompt: z.string(),
    password: z.boolean(),
  }),
  executionResultSchema.extend({ seq, type: z.literal("result") }),
  executionFailureSchema.extend({ seq, type: z.literal("error") }),
  z.object({ seq, type: z.literal("completed") }),
]);
export type StoredEvent = z.infer<typeof storedEventSchema>;

/** What is stored of an event; `null` for what is not. */
export function storedEvent(event: ExecutionEvent): StoredEvent | null {
  switch (event.type) {
    case "gap":
    case "heartbeat":
      return null;
    case "completed":
      return { seq: event.seq, type: "completed" };
    default:
      return event;
  }
}
