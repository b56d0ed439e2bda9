import { hostMessageSchema, packMessage, unpackMessage, workerMessageSchema } from "@holdfast/core";
import { expect, test } from "vitest";
import {
  buildHostMessage,
  buildWorkerMessage,
  hostMessageTypes,
  workerMessageTypes,
} from "./build-message.ts";

test.for(hostMessageTypes)(
  "buildHostMessage() makes a %s that passes the wire unchanged [R1.4]",
  (type) => {
    const message = buildHostMessage(type);
    expect(unpackMessage(packMessage(message), hostMessageSchema)).toEqual(plain(message));
  },
);

test.for(workerMessageTypes)(
  "buildWorkerMessage() makes a %s that passes the wire unchanged [R1.4]",
  (type) => {
    const message = buildWorkerMessage(type);
    expect(unpackMessage(packMessage(message), workerMessageSchema)).toEqual(plain(message));
  },
);

test("message builders know every type of the protocol [R1.3] [R9.3] [S0-45]", () => {
  expect(hostMessageTypes.toSorted()).toEqual(typesOf(hostMessageSchema).toSorted());
  expect(workerMessageTypes.toSorted()).toEqual(typesOf(workerMessageSchema).toSorted());
});

test("buildHostMessage() takes fields in place of the example's", () => {
  expect(buildHostMessage("execute", { code: "x" })).toMatchObject({
    type: "execute",
    code: "x",
    stdin: null,
  });
});

/** Bytes arrive as a Buffer. */
function plain(message: object): object {
  const entries = Object.entries(message).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : (value as unknown),
  ]);
  return Object.fromEntries(entries) as object;
}

function typesOf(schema: typeof hostMessageSchema | typeof workerMessageSchema): string[] {
  return schema.options.map(({ shape }) => shape.type.value);
}
