import type { ExecutionEvent, MimeBundle } from "@holdfast/client";

/** What an event looks like in a text of all that an execution shows. */
export function eventText(event: ExecutionEvent): string {
  switch (event.type) {
    case "stdout":
    case "stderr":
      return event.text;
    case "error":
      return lineOf(event.text);
    case "result":
      return lineOf(mimeText(event.mime, event.repr));
    case "display":
      return lineOf(mimeText(event.mime));
    case "input_request":
      return event.prompt;
    case "gap":
      return `[output is missing here: events ${event.fromSeq} to ${event.toSeq} were not kept]\n`;
    case "started":
    case "heartbeat":
    case "completed":
      return "";
    default:
      return event satisfies never;
  }
}

/** Text where there is some; what else there is, by its type. */
function mimeText(mime: MimeBundle, repr?: string): string {
  const text = mime["text/plain"] ?? mime["text/markdown"] ?? repr;
  const shown = Object.keys(mime).filter((type) => type.startsWith("image/"));
  const lines = [text, shown.length === 0 ? undefined : `[${shown.join(", ")}]`];
  const known = lines.filter((line) => line !== undefined);
  return known.length === 0 ? `[${Object.keys(mime).join(", ")}]` : known.join("\n");
}

function lineOf(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
