import { hostMessageSchema, packMessage, unpackMessage, workerMessageSchema } from "@holdfast/core";
import { describe, expect, test } from "vitest";
import { brokenHostMessages, brokenWorkerMessages } from "./broken-message.ts";
import {
  buildHostMessage,
  buildWorkerMessage,
  hostMessageTypes,
  workerMessageTypes,
} from "./build-message.ts";

const sides = [
  {
    name: "brokenHostMessages()",
    all: brokenHostMessages(),
    schema: hostMessageSchema,
    examples: hostMessageTypes.map((type) => buildHostMessage(type)),
  },
  {
    name: "brokenWorkerMessages()",
    all: brokenWorkerMessages(),
    schema: workerMessageSchema,
    examples: workerMessageTypes.map((type) => buildWorkerMessage(type)),
  },
] as const;

describe.each(sides)("$name", ({ all, schema, examples }) => {
  test.for(all.filter(({ code }) => code === "message_invalid"))(
    "$title is refused on the wire [R9.3] [F08]",
    ({ message, code }) => {
      const refusal = expect.objectContaining({ code });
      expect(() => unpackMessage(packMessage(message), schema)).toThrow(refusal);
    },
  );

  test.for(all.filter(({ flaw }) => flaw === "extra field"))(
    "$title is dropped [R9.3]",
    ({ message }) => {
      const example = examples.find(({ type }) => type === message.type);
      const received = unpackMessage(packMessage(message), schema);
      expect(Object.keys(received).toSorted()).toEqual(Object.keys(example ?? {}).toSorted());
    },
  );

  test("break every field of every message, each in every way that it can be [R9.3]", () => {
    for (const example of examples) {
      const { type, ...fields } = example;
      for (const field of Object.keys(fields)) {
        const flaws = all
          .filter((each) => each.message.type === type && each.field === field)
          .map(({ flaw }) => flaw);
        expect(flaws, `${type}.${field}`).toContain("missing field");
        expect(flaws, `${type}.${field}`).toContain("wrong type");
        if (/^(requestId|executionId|cursor|stream|status)$/.test(field))
          expect(flaws, `${type}.${field}`).toContain("not allowed");
      }
    }
  });

  test("have a title each", () => {
    const titles = all.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("break what lies within a message, too, and its version", () => {
    const titles = all.map(({ title }) => title);
    expect(titles).toContain(
      examples.some(({ type }) => type === "error")
        ? "error: wrong type traceback.0.line"
        : "fork: missing field children.0.token",
    );
    expect(all.filter(({ code }) => code === "protocol_mismatch")).toHaveLength(1);
  });
});
