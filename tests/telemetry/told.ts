import {
  type TelemetryEventName,
  type TelemetryEvents,
  subscribe,
  telemetryEventNames,
} from "@holdfast/core";

/** One event with its name. */
export type Told = {
  [Name in TelemetryEventName]: { readonly name: Name } & TelemetryEvents[Name];
}[TelemetryEventName];

/** Records all events of one session, and those of none, in order, until it is disposed of. */
export function record(sessionId: string): { readonly told: Told[] } & Disposable {
  const told: Told[] = [];
  const offs = telemetryEventNames.map((name) =>
    subscribe(name, (fields) => {
      if (!("sessionId" in fields) || fields.sessionId === sessionId)
        told.push({ name, ...fields } as Told);
    }),
  );
  return {
    told,
    [Symbol.dispose]: () => {
      for (const off of offs) off();
    },
  };
}
