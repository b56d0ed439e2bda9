import { z } from "zod";

/** The type of the representation that tells what a display is for a document; see `python/notebook_shell.py`. */
export const envelopeType = "application/vnd.holdfast.notebook+json";

const metadata = z.record(z.string(), z.unknown());
/** MIME types whose base64 ends with a newline. */
const newlines = z.array(z.string());

const envelopeSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("started"),
    python: z.string(),
    ipython: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal("display_data"), metadata, newlines }),
  z.object({
    type: z.literal("execute_result"),
    metadata,
    newlines,
    executionCount: z.int().min(0),
  }),
  z.object({
    type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
  z.object({ type: z.literal("failed") }),
  z.object({ type: z.literal("clear_output"), wait: z.boolean() }),
]);

/** What the shell says with a display, besides its data. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** The envelope of a display, `null` if it has none that can be read: code may show anything. */
export function envelopeOf(mime: Readonly<Record<string, string>>): Envelope | null {
  const text = mime[envelopeType];
  if (text === undefined) return null;
  try {
    return envelopeSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
