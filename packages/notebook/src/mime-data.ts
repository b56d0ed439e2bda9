import { envelopeType } from "./envelope.ts";
import { isJsonType } from "./multiline.ts";

/**
 * A MIME bundle of a session as a document has it: JSON as what it stands for, the rest as text or base64.
 * @param newlines types whose base64 ends with a newline
 */
export function mimeData(
  mime: Readonly<Record<string, string>>,
  newlines: readonly string[] = [],
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [type, text] of Object.entries(mime)) {
    if (type === envelopeType) continue;
    if (isJsonType(type)) data[type] = parsed(text);
    else data[type] = newlines.includes(type) ? `${text}\n` : text;
  }
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
