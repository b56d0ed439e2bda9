import { z } from "zod";

/** A place in the output of an execution: behind the event `seq`, and `skip` characters of what follows. */
export interface Cursor {
  readonly seq: number;
  readonly skip: number;
}

/** The beginning. */
export const firstCursor: Cursor = { seq: 0, skip: 0 };

const pattern = /^(\d{1,15}):(\d{1,15})$/;

/** A cursor as agents have it, such as `12:0`. */
export const cursorSchema = z
  .string()
  .regex(pattern, {
    error: (issue) =>
      `received ${JSON.stringify(issue.input)}, allowed a cursor as an earlier answer gave it`,
  })
  .describe("Where to go on: the cursor of an earlier answer. Default: the beginning.");

/** As agents have it. */
export function formatCursor({ seq, skip }: Cursor): string {
  return `${seq}:${skip}`;
}

/** Of text that {@link cursorSchema} let pass. @default the beginning */
export function parseCursor(text: string | undefined): Cursor {
  const [, seq, skip] = pattern.exec(text ?? "") ?? [];
  return { seq: Number(seq ?? 0), skip: Number(skip ?? 0) };
}
