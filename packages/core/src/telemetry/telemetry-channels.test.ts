import { channel } from "node:diagnostics_channel";
import { expect, it, vi } from "vitest";
import { publish, subscribe, telemetryEventNames } from "./telemetry-channels.ts";

const fields = { type: "ping", bytes: 7 };

it("publish() makes no fields when nobody listens, and after the last has left [R5.5]", () => {
  const make = vi.fn<() => typeof fields>(() => fields);
  publish("message.sent", make);
  const leave = subscribe("message.sent", () => {});
  leave();
  publish("message.sent", make);
  expect(make).not.toHaveBeenCalled();
});

it("subscribe() receives what is published, once, until it is taken off [S2-39]", () => {
  const seen: unknown[] = [];
  const leave = subscribe("message.sent", (message) => seen.push(message));
  publish("message.sent", () => fields);
  publish("message.received", () => fields);
  leave();
  publish("message.sent", () => fields);
  expect(seen).toEqual([fields]);
});

it("a listener that throws is a warning, and the others hear the event [R5.5]", async () => {
  const warned = new Promise<Error>((done) => process.once("warning", done));
  const seen: unknown[] = [];
  const leave = [
    subscribe("message.sent", () => {
      throw new Error("broken listener");
    }),
    subscribe("message.sent", (message) => seen.push(message)),
  ];
  publish("message.sent", () => fields);
  for (const off of leave) off();
  expect(seen).toEqual([fields]);
  expect((await warned).message).toContain("message.sent threw: Error: broken listener");
});

it.each(telemetryEventNames)(
  "%s is a channel that node:diagnostics_channel finds by name [S2-36]",
  (name) => {
    const seen: unknown[] = [];
    const listen = (message: unknown) => seen.push(message);
    channel(`holdfast:${name}`).subscribe(listen);
    publish(name, () => fields as never);
    channel(`holdfast:${name}`).unsubscribe(listen);
    expect(seen).toEqual([fields]);
  },
);
