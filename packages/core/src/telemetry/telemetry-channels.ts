import { type Channel, channel } from "node:diagnostics_channel";
import { eventFields } from "./event-fields.ts";
import type { TelemetryEventName, TelemetryEvents } from "./telemetry-event.ts";

/** Every event that there is. */
export const telemetryEventNames = Object.keys(eventFields) as readonly TelemetryEventName[];

// Held here: Node forgets channels that nobody refers to.
const channels = Object.fromEntries(
  telemetryEventNames.map((name) => [name, channel(`holdfast:${name}`)]),
) as Record<TelemetryEventName, Channel>;

/** Publishes an event. `fields` is called only when somebody listens, so that nobody costs nothing. */
export function publish<Name extends TelemetryEventName>(
  name: Name,
  fields: () => TelemetryEvents[Name],
): void {
  if (channels[name].hasSubscribers) channels[name].publish(fields());
}

/**
 * Listens to one kind of event, synchronously and in the context in which it happens. A listener that throws is told as a
 * process warning and disturbs nothing; one that listens with `node:diagnostics_channel` itself ends the process so.
 * @returns what takes the listener off
 */
export function subscribe<Name extends TelemetryEventName>(
  name: Name,
  listener: (fields: TelemetryEvents[Name]) => void,
): () => void {
  const receive = (fields: unknown) => {
    try {
      listener(fields as TelemetryEvents[Name]);
    } catch (error) {
      process.emitWarning(`a listener to ${name} threw: ${String(error)}`, {
        code: "HOLDFAST_TELEMETRY_LISTENER",
      });
    }
  };
  channels[name].subscribe(receive);
  return () => {
    channels[name].unsubscribe(receive);
  };
}
