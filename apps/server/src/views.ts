import { isUtf8 } from "node:buffer";
import type {
  Checkpoint,
  Display,
  ExecutionEvent,
  ExecutionHandle,
  ExecutionRecord,
  ExecutionResult,
  HostedSession,
  MimeBundle,
  SessionProcess,
} from "@holdfast/core";
import type { JSONValue } from "hono/utils/types";
import type { SessionView } from "./schemas.ts";

/** How output is written into JSON: text with U+FFFD for what is not UTF-8, or base64, exact. */
export type OutputEncoding = "text" | "base64";

/** A session as clients see it. */
export function sessionView({ session, labels, expiresAt }: HostedSession): SessionView {
  return {
    id: session.id,
    runtime: session.runtime.name,
    state: session.status,
    pid: session.pid,
    createdAt: isoTime(session.createdAt),
    lastActivityAt: isoTime(session.lastActivityAt),
    expiresAt: expiresAt === null ? null : isoTime(expiresAt),
    restarts: session.restarts,
    executionCount: session.executionCount,
    parentId: session.parentId,
    labels: { ...labels },
  };
}

/** A checkpoint as clients see it. */
export function checkpointView(checkpoint: Checkpoint) {
  const { id, sessionId, runtime, runtimeVersion, name, format, sizeBytes } = checkpoint;
  const skipped = [...checkpoint.skipped];
  const createdAt = isoTime(checkpoint.createdAt);
  return { id, sessionId, runtime, runtimeVersion, name, format, createdAt, sizeBytes, skipped };
}

/** A process as clients see it. */
export function processView(process: SessionProcess) {
  return { ...process, startedAt: isoTime(process.startedAt) };
}

/** An execution as clients see it, with its output. */
export function executionView(execution: ExecutionHandle, encoding: OutputEncoding) {
  const { record } = execution;
  return {
    ...recordView(record),
    stdout: execution.stdout.toString(encoding === "base64" ? "base64" : "utf8"),
    stderr: execution.stderr.toString(encoding === "base64" ? "base64" : "utf8"),
    displays: record.displays.map(displayView),
  };
}

/** {@link executionView} with the code, as history has it. */
export function executionDetails(execution: ExecutionHandle, encoding: OutputEncoding) {
  return { ...executionView(execution, encoding), code: execution.code };
}

/** One event as it goes over the wire: `{seq, type, …}`. */
export function eventView(
  event: ExecutionEvent,
  encoding: OutputEncoding,
): Record<string, unknown> {
  switch (event.type) {
    case "stdout":
    case "stderr": {
      const { seq, type } = event;
      // A view of kept bytes; core lets no chunk of text end within a character.
      const bytes = Buffer.from(event.bytes.buffer, event.bytes.byteOffset, event.bytes.byteLength);
      return encoding === "text" && isUtf8(bytes)
        ? { seq, type, text: bytes.toString("utf8") }
        : { seq, type, base64: bytes.toString("base64") };
    }
    case "display":
      return { ...event, ...displayView(event) };
    case "result":
      return { ...event, ...resultView(event) };
    case "completed":
      return { seq: event.seq, type: event.type, ...recordView(event.execution) };
    case "started":
    case "input_request":
    case "error":
    case "gap":
    case "heartbeat":
      return { ...event };
    default:
      return event satisfies never;
  }
}

function recordView(record: ExecutionRecord) {
  const {
    isBackground,
    queuedAt: _queuedAt,
    startedAt,
    result,
    displays: _displays,
    ...rest
  } = record;
  return {
    ...rest,
    background: isBackground,
    result: result === null ? null : resultView(result),
    startedAt: startedAt === null ? null : isoTime(startedAt),
  };
}

function resultView({ repr, value, valueTruncated, mime }: ExecutionResult) {
  // The same, but for `readonly`.
  return { repr, value: value as JSONValue, valueTruncated, mime: mimeView(mime) };
}

function displayView({ mime, displayId, update }: Display) {
  return { mime: mimeView(mime), displayId, update };
}

/** Bytes become base64, as notebooks have it. */
export function mimeView(mime: MimeBundle): Record<string, string> {
  return Object.fromEntries(
    Object.entries(mime).map(([type, data]) => [
      type,
      typeof data === "string" ? data : Buffer.from(data).toString("base64"),
    ]),
  );
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
