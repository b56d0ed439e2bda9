import { type TelemetryEvents, subscribe } from "@holdfast/core";
import {
  type Attributes,
  type Span,
  SpanStatusCode,
  type Tracer,
  context,
} from "@opentelemetry/api";

type Ended = TelemetryEvents["execution.ended"];

/**
 * A span for each execution, below the span in whose context it was asked for, and one for what happens in a session's
 * life: its start, its restarts, its end, its checkpoints.
 */
export function recordSpans(tracer: Tracer): readonly (() => void)[] {
  const executions = new Map<string, Span>();
  const key = (of: { readonly sessionId: string; readonly executionId: string }) =>
    `${of.sessionId}/${of.executionId}`;
  const take = (of: { readonly sessionId: string; readonly executionId: string }) => {
    const span = executions.get(key(of));
    executions.delete(key(of));
    return span;
  };
  const lived = (what: string, attributes: Attributes, durationMs: number, code?: string) => {
    const span = tracer.startSpan(`holdfast.${what}`, {
      attributes,
      startTime: Date.now() - durationMs,
    });
    if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    span.end();
  };
  return [
    subscribe("execution.queued", (event) => {
      const attributes = {
        ...ofSession(event),
        "holdfast.execution.id": event.executionId,
        "holdfast.execution.background": event.isBackground,
        "holdfast.execution.code_bytes": event.codeBytes,
      };
      executions.set(
        key(event),
        tracer.startSpan(`execute ${event.runtime}`, { attributes }, context.active()),
      );
    }),
    subscribe("execution.started", (event) => executions.get(key(event))?.addEvent("started")),
    subscribe("execution.rejected", (event) => {
      const span = take(event);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: event.code });
      span?.end();
    }),
    subscribe("execution.ended", (event) => {
      const span = take(event);
      if (span !== undefined) endSpan(span, event);
    }),
    subscribe("session.created", (event) =>
      lived("session.start", ofSession(event), event.durationMs),
    ),
    subscribe("session.start_failed", (event) =>
      lived("session.start", ofSession(event), event.durationMs, event.code),
    ),
    subscribe("session.restarted", (event) =>
      lived(
        "session.restart",
        { ...ofSession(event), "holdfast.restart.reason": event.reason },
        event.durationMs,
      ),
    ),
    subscribe("session.terminated", (event) =>
      lived("session.end", { ...ofSession(event), "holdfast.termination.reason": event.reason }, 0),
    ),
    subscribe("checkpoint.created", (event) =>
      lived("checkpoint.create", ofCheckpoint(event), event.durationMs),
    ),
    subscribe("checkpoint.restored", (event) =>
      lived("checkpoint.restore", ofCheckpoint(event), event.durationMs),
    ),
    subscribe("checkpoint.failed", (event) =>
      lived(`checkpoint.${event.operation}`, ofSession(event), 0, event.code),
    ),
    () => {
      for (const span of executions.values()) span.end();
      executions.clear();
    },
  ];
}

function endSpan(span: Span, event: Ended): void {
  const { exitCode, signal, status } = event;
  span.setAttributes({
    "holdfast.execution.status": status,
    "holdfast.execution.queued_ms": event.queuedMs,
    "holdfast.execution.stdout_bytes": event.stdoutBytes,
    "holdfast.execution.stderr_bytes": event.stderrBytes,
    "holdfast.execution.truncated": event.isTruncated,
    "holdfast.session.state": event.sessionState,
    ...(exitCode === null ? {} : { "process.exit.code": exitCode }),
    ...(signal === null ? {} : { "holdfast.execution.signal": signal }),
  });
  // An interrupt is somebody's wish, and fails nothing.
  if (status === "error" || status === "timeout" || status === "lost")
    span.setStatus({ code: SpanStatusCode.ERROR, message: status });
  span.end();
}

function ofSession(event: { readonly sessionId: string; readonly runtime: string }) {
  return { "holdfast.session.id": event.sessionId, "holdfast.runtime": event.runtime };
}

function ofCheckpoint(event: TelemetryEvents["checkpoint.restored"]) {
  return {
    ...ofSession(event),
    "holdfast.checkpoint.id": event.checkpointId,
    "holdfast.checkpoint.bytes": event.bytes,
    "holdfast.checkpoint.skipped": event.skipped,
  };
}
