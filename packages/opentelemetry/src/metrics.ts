import { subscribe } from "@holdfast/core";
import { type Meter, ValueType } from "@opentelemetry/api";

const int = { valueType: ValueType.INT };
// The boundaries that the API takes by itself are for milliseconds.
const seconds = {
  unit: "s",
  advice: {
    explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600],
  },
};
const bytes = {
  ...int,
  unit: "By",
  advice: { explicitBucketBoundaries: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] },
};

/** Counters and histograms of what is told; durations in seconds, sizes in bytes, as OpenTelemetry has them. */
export function recordMetrics(meter: Meter): readonly (() => void)[] {
  return [
    ...sessionMetrics(meter),
    ...executionMetrics(meter),
    ...messageMetrics(meter),
    ...poolMetrics(meter),
    ...checkpointMetrics(meter),
  ];
}

function sessionMetrics(meter: Meter): readonly (() => void)[] {
  const active = meter.createUpDownCounter("holdfast.sessions.active", {
    ...int,
    unit: "{session}",
    description: "Sessions that were created since this is recorded and have not ended",
  });
  const starts = meter.createHistogram("holdfast.session.start.duration", {
    ...seconds,
    description: "From the call until a session's first worker is ready",
  });
  const failures = meter.createCounter("holdfast.session.start.failures", int);
  const restarts = meter.createCounter("holdfast.session.restarts", int);
  const ends = meter.createCounter("holdfast.session.terminations", int);
  const known = new Set<string>();
  return [
    subscribe("session.created", ({ sessionId, runtime, durationMs }) => {
      known.add(sessionId);
      active.add(1, { runtime });
      starts.record(durationMs / 1000, { runtime });
    }),
    subscribe("session.reopened", ({ sessionId, runtime }) => {
      known.add(sessionId);
      active.add(1, { runtime });
    }),
    subscribe("session.start_failed", ({ runtime, code }) => failures.add(1, { runtime, code })),
    subscribe("session.restarted", ({ runtime, reason }) => restarts.add(1, { runtime, reason })),
    subscribe("session.terminated", ({ sessionId, runtime, reason }) => {
      ends.add(1, { runtime, reason });
      if (known.delete(sessionId)) active.add(-1, { runtime });
    }),
  ];
}

function executionMetrics(meter: Meter): readonly (() => void)[] {
  const duration = meter.createHistogram("holdfast.execution.duration", {
    ...seconds,
    description: "From start to end, by how it ended",
  });
  const queued = meter.createHistogram("holdfast.execution.queued.duration", seconds);
  const output = meter.createCounter("holdfast.execution.output", { ...int, unit: "By" });
  const rejected = meter.createCounter("holdfast.execution.rejections", int);
  return [
    subscribe("execution.ended", (event) => {
      const { runtime, status } = event;
      duration.record(event.durationMs / 1000, { runtime, status });
      queued.record(event.queuedMs / 1000, { runtime });
      output.add(event.stdoutBytes, { runtime, stream: "stdout" });
      output.add(event.stderrBytes, { runtime, stream: "stderr" });
    }),
    subscribe("execution.rejected", ({ runtime, code }) => rejected.add(1, { runtime, code })),
  ];
}

function messageMetrics(meter: Meter): readonly (() => void)[] {
  const count = meter.createCounter("holdfast.messages", int);
  const size = meter.createCounter("holdfast.messages.size", { ...int, unit: "By" });
  return (["sent", "received"] as const).map((direction) =>
    subscribe(`message.${direction}`, ({ type, ...message }) => {
      count.add(1, { direction, type });
      size.add(message.bytes, { direction, type });
    }),
  );
}

function poolMetrics(meter: Meter): readonly (() => void)[] {
  const acquired = meter.createCounter("holdfast.pool.acquisitions", int);
  const waits = meter.createHistogram("holdfast.pool.wait.duration", seconds);
  const warmups = meter.createHistogram("holdfast.pool.warmup.duration", seconds);
  return [
    subscribe("pool.acquired", ({ runtime, isHit, waitMs }) => {
      acquired.add(1, { runtime, outcome: isHit ? "hit" : "miss" });
      waits.record(waitMs / 1000, { runtime });
    }),
    subscribe("pool.refused", ({ runtime, waitMs }) => {
      acquired.add(1, { runtime, outcome: "refused" });
      waits.record(waitMs / 1000, { runtime });
    }),
    subscribe("pool.warmed", ({ runtime, durationMs }) =>
      warmups.record(durationMs / 1000, { runtime }),
    ),
  ];
}

function checkpointMetrics(meter: Meter): readonly (() => void)[] {
  const size = meter.createHistogram("holdfast.checkpoint.size", bytes);
  const duration = meter.createHistogram("holdfast.checkpoint.duration", seconds);
  const failures = meter.createCounter("holdfast.checkpoint.failures", int);
  return [
    subscribe("checkpoint.created", ({ runtime, durationMs, ...checkpoint }) => {
      size.record(checkpoint.bytes, { runtime });
      duration.record(durationMs / 1000, { runtime, operation: "create" });
    }),
    subscribe("checkpoint.restored", ({ runtime, durationMs }) =>
      duration.record(durationMs / 1000, { runtime, operation: "restore" }),
    ),
    subscribe("checkpoint.failed", ({ runtime, operation, code }) =>
      failures.add(1, { runtime, operation, code }),
    ),
  ];
}
