import { subscribe } from "@holdfast/core";
import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";

const durationBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600];
const sizeBuckets = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

let registry: Registry | null = null;

/**
 * What was counted in this process since the first call, whichever host it was of: with the figures of the process itself,
 * such as the delay of its event loop.
 */
export function processMetrics(): Registry {
  if (registry !== null) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  countSessions(registry);
  countExecutions(registry);
  countMessages(registry);
  countPools(registry);
  countCheckpoints(registry);
  return registry;
}

function countSessions(register: Registry): void {
  const counter = counterIn(register);
  const starts = new Histogram({
    name: "holdfast_session_start_seconds",
    help: "From the call until the first worker of a session is ready",
    labelNames: ["runtime"],
    buckets: durationBuckets,
    registers: [register],
  });
  const failures = counter("session_start_failures", "Sessions that did not start", [
    "runtime",
    "code",
  ]);
  const restarts = counter("session_restarts", "Workers that came after the first of a session", [
    "runtime",
    "reason",
  ]);
  const ends = counter("sessions_terminated", "Sessions that have ended", ["runtime", "reason"]);
  const unresponsive = counter("workers_unresponsive", "Workers that missed their heartbeats", [
    "runtime",
  ]);
  subscribe("session.created", ({ runtime, durationMs }) =>
    starts.observe({ runtime }, durationMs / 1000),
  );
  subscribe("session.start_failed", ({ runtime, code }) => failures.inc({ runtime, code }));
  subscribe("session.restarted", ({ runtime, reason }) => restarts.inc({ runtime, reason }));
  subscribe("session.terminated", ({ runtime, reason }) => ends.inc({ runtime, reason }));
  subscribe("worker.unresponsive", ({ runtime }) => unresponsive.inc({ runtime }));
}

function countExecutions(register: Registry): void {
  const counter = counterIn(register);
  const executions = counter("executions", "Executions that have ended", ["runtime", "status"]);
  const output = counter("execution_output_bytes", "What executions wrote", ["runtime", "stream"]);
  const rejections = counter("executions_rejected", "Executions that were refused", [
    "runtime",
    "code",
  ]);
  const duration = new Histogram({
    name: "holdfast_execution_duration_seconds",
    help: "Executions from start to end, of those that have started",
    labelNames: ["runtime"],
    buckets: durationBuckets,
    registers: [register],
  });
  const queued = new Histogram({
    name: "holdfast_execution_queued_seconds",
    help: "How long executions waited before they started",
    labelNames: ["runtime"],
    buckets: durationBuckets,
    registers: [register],
  });
  subscribe("execution.ended", (event) => {
    const { runtime, status } = event;
    executions.inc({ runtime, status });
    output.inc({ runtime, stream: "stdout" }, event.stdoutBytes);
    output.inc({ runtime, stream: "stderr" }, event.stderrBytes);
    if (!event.hasStarted) return;
    duration.observe({ runtime }, event.durationMs / 1000);
    queued.observe({ runtime }, event.queuedMs / 1000);
  });
  subscribe("execution.rejected", ({ runtime, code }) => rejections.inc({ runtime, code }));
}

function countMessages(register: Registry): void {
  const counter = counterIn(register);
  const messages = counter("messages", "Messages to and from workers", ["direction", "type"]);
  const bytes = counter("message_bytes", "Their sizes", ["direction"]);
  for (const direction of ["sent", "received"] as const) {
    subscribe(`message.${direction}`, (message) => {
      messages.inc({ direction, type: message.type });
      bytes.inc({ direction }, message.bytes);
    });
  }
}

function countPools(register: Registry): void {
  const counter = counterIn(register);
  const acquisitions = counter("pool_acquisitions", "What was asked of pools", [
    "runtime",
    "outcome",
  ]);
  const warmups = counter("pool_warmups", "Workers that were started ahead", [
    "runtime",
    "outcome",
  ]);
  const waits = new Histogram({
    name: "holdfast_pool_wait_seconds",
    help: "How long a pool made its callers wait",
    labelNames: ["runtime"],
    buckets: durationBuckets,
    registers: [register],
  });
  const acquired = (runtime: string, outcome: string, waitMs: number) => {
    acquisitions.inc({ runtime, outcome });
    waits.observe({ runtime }, waitMs / 1000);
  };
  subscribe("pool.acquired", ({ runtime, isHit, waitMs }) =>
    acquired(runtime, isHit ? "hit" : "miss", waitMs),
  );
  subscribe("pool.refused", ({ runtime, waitMs }) => acquired(runtime, "refused", waitMs));
  subscribe("pool.warmed", ({ runtime }) => warmups.inc({ runtime, outcome: "ready" }));
  subscribe("pool.warm_failed", ({ runtime }) => warmups.inc({ runtime, outcome: "failed" }));
}

function countCheckpoints(register: Registry): void {
  const failures = counterIn(register)("checkpoint_failures", "Checkpoints that failed", [
    "runtime",
    "operation",
  ]);
  const size = new Histogram({
    name: "holdfast_checkpoint_size_bytes",
    help: "Sizes of checkpoints that were taken",
    labelNames: ["runtime"],
    buckets: sizeBuckets,
    registers: [register],
  });
  const duration = new Histogram({
    name: "holdfast_checkpoint_duration_seconds",
    help: "What it took to take or to restore a checkpoint",
    labelNames: ["runtime", "operation"],
    buckets: durationBuckets,
    registers: [register],
  });
  subscribe("checkpoint.created", ({ runtime, bytes, durationMs }) => {
    size.observe({ runtime }, bytes);
    duration.observe({ runtime, operation: "create" }, durationMs / 1000);
  });
  subscribe("checkpoint.restored", ({ runtime, durationMs }) =>
    duration.observe({ runtime, operation: "restore" }, durationMs / 1000),
  );
  subscribe("checkpoint.failed", ({ runtime, operation }) => failures.inc({ runtime, operation }));
}

function counterIn(register: Registry) {
  return <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `holdfast_${name}_total`, help, labelNames, registers: [register] });
}
