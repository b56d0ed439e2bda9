import type { ExecutionEvent, MimeBundle } from "@holdfast/client";
import { write } from "./terminal/output.ts";
import { style } from "./terminal/style.ts";

type ShownEvent = ExecutionEvent<"bytes"> | ExecutionEvent;

/**
 * Writes what an event shows: output as it is, a result and displays as text, an error as its language prints it.
 * @throws ReaderGone
 */
export async function showEvent(event: ShownEvent): Promise<void> {
  switch (event.type) {
    case "stdout":
    case "stderr":
      return write(process[event.type], "bytes" in event ? event.bytes : event.text);
    case "result":
      return write(process.stdout, `${event.mime["text/plain"] ?? event.repr}\n`);
    case "display":
      return write(process.stdout, `${displayText(event.mime)}\n`);
    case "error":
      return write(process.stderr, errorText(event.text));
    case "gap":
      return write(
        process.stderr,
        `${style("yellow", `[events ${event.fromSeq} to ${event.toSeq} were not kept]`, process.stderr)}\n`,
      );
    case "started":
    case "input_request":
    case "heartbeat":
    case "completed":
      return undefined;
    default:
      return event satisfies never;
  }
}

function displayText(mime: MimeBundle): string {
  const text = mime["text/plain"];
  const others = Object.keys(mime).filter((type) => type !== "text/plain");
  const kinds = style("dim", `[display: ${others.join(", ")}]`);
  if (text === undefined) return kinds;
  // What an image says of itself, such as <Figure size 640x480>, says less than what it is.
  return others.some((type) => type.startsWith("image/")) ? `${text} ${kinds}` : text;
}

/** A traceback, its last line in red. */
function errorText(text: string): string {
  const trimmed = text.replace(/\n$/, "");
  const at = trimmed.lastIndexOf("\n") + 1;
  return `${trimmed.slice(0, at)}${style("red", trimmed.slice(at), process.stderr)}\n`;
}
