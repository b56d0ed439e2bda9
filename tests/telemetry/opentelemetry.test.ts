import { channel } from "node:diagnostics_channel";
import { instrument } from "@holdfast/opentelemetry";
import { ROOT_CONTEXT, SpanStatusCode, context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { driven, openFake } from "../support/fake-session.ts";

describe("spans [R5.5]", () => {
  const manager = new AsyncLocalStorageContextManager();
  beforeAll(() => void context.setGlobalContextManager(manager.enable()));
  afterAll(() => {
    manager.disable();
    context.disable();
  });

  function tracing() {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const stop = instrument({ tracerProvider, meterProvider: null });
    return {
      tracerProvider,
      [Symbol.dispose]: stop,
      spans: async (): Promise<readonly ReadableSpan[]> => {
        await tracerProvider.forceFlush();
        return exporter.getFinishedSpans();
      },
    };
  }

  test("an execution is a span below the one that it was asked for in, also when it waited", async () => {
    using traces = tracing();
    const { session, worker } = await openFake({ id: "traced" });
    const blocker = session.execute("first");
    const parent = traces.tracerProvider.getTracer("test").startSpan("request");
    const waiting = context.with(trace.setSpan(ROOT_CONTEXT, parent), () =>
      session.execute("second", { id: "x2" }),
    );
    parent.end();
    (await driven(worker)).end();
    await blocker.ended;
    const running = await driven(worker);
    running.print("out");
    running.end({ status: "error", exitCode: 1 });
    await waiting.ended;
    await session.close();
    const spans = await traces.spans();
    const span = spans.find(({ attributes }) => attributes["holdfast.execution.id"] === "x2");
    expect(span).toMatchObject({
      name: "execute fake",
      parentSpanContext: { spanId: parent.spanContext().spanId },
      status: { code: SpanStatusCode.ERROR, message: "error" },
      attributes: {
        "holdfast.session.id": "traced",
        "holdfast.runtime": "fake",
        "holdfast.execution.status": "error",
        "holdfast.execution.stdout_bytes": 3,
        "process.exit.code": 1,
      },
    });
    expect(span?.events.map(({ name }) => name)).toEqual(["started"]);
    expect(JSON.stringify(span?.attributes)).not.toContain("second");
    const names = spans.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["holdfast.session.start", "holdfast.session.end"]),
    );
  });

  test("what is refused, and what is open when recording stops, leave no span open", async () => {
    using traces = tracing();
    const { session } = await openFake({ maxQueuedExecutions: 0 });
    session.execute("runs", { id: "open" });
    expect(() => session.execute("too many", { id: "refused" })).toThrow(/queue_full/);
    traces[Symbol.dispose]();
    await session.close();
    const ended = (await traces.spans()).map(({ attributes, status }) => [
      attributes["holdfast.execution.id"],
      status.message,
    ]);
    expect(ended).toEqual(
      expect.arrayContaining([
        ["refused", "queue_full"],
        ["open", undefined],
      ]),
    );
  });
});

describe("metrics [R5.5]", () => {
  test("count sessions, executions, output, pools and checkpoints", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const stop = instrument({ tracerProvider: null, meterProvider });
    const { session, worker } = await openFake({ id: "metered" });
    const execution = session.execute("x");
    const running = await driven(worker);
    running.print("12345");
    running.end();
    await execution.ended;
    await session.restart();
    channel("holdfast:pool.acquired").publish({ runtime: "fake", isHit: true, waitMs: 3 });
    channel("holdfast:checkpoint.created").publish({ runtime: "fake", bytes: 99, durationMs: 5 });
    await session.close();
    stop();
    await reader.forceFlush();
    const points = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          name: descriptor.name,
          attributes,
          value: typeof value === "number" ? value : value.count,
        })),
      );
    await meterProvider.shutdown();
    const runtime = "fake";
    expect(points).toEqual(
      expect.arrayContaining([
        { name: "holdfast.sessions.active", attributes: { runtime }, value: 0 },
        { name: "holdfast.session.start.duration", attributes: { runtime }, value: 1 },
        {
          name: "holdfast.session.restarts",
          attributes: { runtime, reason: "requested" },
          value: 1,
        },
        { name: "holdfast.execution.duration", attributes: { runtime, status: "ok" }, value: 1 },
        { name: "holdfast.execution.output", attributes: { runtime, stream: "stdout" }, value: 5 },
        { name: "holdfast.pool.acquisitions", attributes: { runtime, outcome: "hit" }, value: 1 },
        { name: "holdfast.checkpoint.size", attributes: { runtime }, value: 1 },
      ]),
    );
  });
});

test("instrument() without an SDK does nothing, and disturbs nothing [R5.5]", async () => {
  const stop = instrument();
  const { session, worker } = await openFake();
  const execution = session.execute("x");
  (await driven(worker)).end();
  await expect(execution.ended).resolves.toMatchObject({ status: "ok" });
  await session.close();
  stop();
});
