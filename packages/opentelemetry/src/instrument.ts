import { type MeterProvider, type TracerProvider, metrics, trace } from "@opentelemetry/api";
import { recordMetrics } from "./metrics.ts";
import { recordSpans } from "./spans.ts";

/** What {@link instrument} may be told. */
export interface InstrumentOptions {
  /** Where spans go; `null`: no spans. @default the global one of `@opentelemetry/api` */
  readonly tracerProvider?: TracerProvider | null;
  /** Where metrics go; `null`: no metrics. @default the global one of `@opentelemetry/api` */
  readonly meterProvider?: MeterProvider | null;
}

const name = "@holdfast/opentelemetry";

/**
 * Makes spans and metrics of what Holdfast tells in this process, until it is taken off again: see docs/telemetry.md. Call
 * it when the providers are registered. Without an SDK the API does nothing, and so does this.
 * @returns what takes it off; spans that are open end then
 */
export function instrument({
  tracerProvider = trace.getTracerProvider(),
  meterProvider = metrics.getMeterProvider(),
}: InstrumentOptions = {}): () => void {
  const offs = [
    ...(tracerProvider === null ? [] : recordSpans(tracerProvider.getTracer(name))),
    ...(meterProvider === null ? [] : recordMetrics(meterProvider.getMeter(name))),
  ];
  return () => {
    for (const off of offs) off();
  };
}
