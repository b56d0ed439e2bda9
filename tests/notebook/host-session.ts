import type { ExecutionEvent, MimeBundle, Session } from "@holdfast/core";
import type { NotebookEvent, NotebookSession } from "@holdfast/notebook";

/** A session of this process as a notebook needs it: with the events that the server sends. */
export function hostSession(session: Session): NotebookSession {
  return {
    execute(code, { timeoutMs, allowInput }) {
      const execution = session.execute(code, { timeoutMs, allowInput });
      return {
        async *[Symbol.asyncIterator]() {
          for await (const event of execution.events()) yield wireEvent(event);
        },
        input: (data, options) => execution.write(data, options),
        interrupt: async () => execution.interrupt(),
      };
    },
  };
}

function wireEvent(event: ExecutionEvent): NotebookEvent {
  switch (event.type) {
    case "stdout":
    case "stderr":
      return { type: event.type, base64: Buffer.from(event.bytes).toString("base64") };
    case "display":
    case "result":
      return { ...event, mime: wireMime(event.mime) };
    case "completed":
      return { type: "completed", ...event.execution };
    default:
      return event;
  }
}

function wireMime(mime: MimeBundle): Record<string, string> {
  const entries = Object.entries(mime).map(([type, data]) => [
    type,
    typeof data === "string" ? data : Buffer.from(data).toString("base64"),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
