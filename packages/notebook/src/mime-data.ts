import { envelopeType } from "./envelope.ts";
import { isJsonType } from "./multiline.ts";

/** A MIME bundle of a session as a document has it: JSON as what it stands for, the rest as text or base64. */
export function mimeData(mime: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(mime)
      .filter(([type]) => type !== envelopeType)
      .map(([type, data]) => [type, isJsonType(type) ? parsed(data) : data]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
