import { describe, expect, it } from "vitest";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { hostMessageSchema } from "./host-message.ts";
import { packMessage, unpackMessage } from "./message-codec.ts";
import { workerMessageSchema } from "./worker-message.ts";

const cases = Number(process.env["HOLDFAST_FUZZ_CASES"] ?? 20_000);
const completed = { type: "completed", executionId: "e", status: "ok" } as const;

function refused(bytes: Uint8Array): string {
  try {
    unpackMessage(bytes, workerMessageSchema);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === "message_invalid") return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("unpackMessage()", () => {
  it("drops what the schema does not know [R1.3] [S0-24]", () => {
    expect(
      unpackMessage(packMessage({ ...completed, more: 1 } as never), workerMessageSchema),
    ).toEqual(completed);
  });

  it("names the field that is missing [R1.3] [S0-70]", () => {
    expect(refused(packMessage({ type: "completed", executionId: "e" } as never))).toContain(
      "field status",
    );
    expect(refused(packMessage({ type: "nonesuch" }))).toContain("message nonesuch");
    expect(refused(packMessage({} as never))).toContain("without a type");
  });

  it("keeps bytes, text and numbers exact in both directions [R1.4]", () => {
    const message = {
      type: "execute",
      executionId: "e1",
      code: "print('ä€😀\u0000')",
      stdin: new Uint8Array([0, 255, 10]),
      env: { A: "b" },
      cwd: null,
      allowInput: false,
      stdoutPath: "/o",
      stderrPath: "/e",
      trackChanges: false,
    } as const;
    const again = unpackMessage(packMessage(message), hostMessageSchema);
    expect({ ...again, stdin: null }).toEqual({ ...message, stdin: null });
    expect("stdin" in again && Buffer.from(again.stdin ?? [])).toEqual(Buffer.from([0, 255, 10]));
  });

  it.each([
    ["nesting deeper than 64 [A44]", Buffer.alloc(100_000, 0x91)],
    ["a length that no bytes cover [A45]", hex("db ffffffff 41")],
    ["a count that no bytes cover [A45]", hex("dd ffffffff c0")],
    ["a map count that no bytes cover [A45]", hex("df 7fffffff c0")],
    ["a key that stands twice [A46]", hex("82 a161 01 a161 02")],
    ["a key that is not text [A46]", hex("81 01 01")],
    ["an extension [A47]", hex("d4 01 00")],
    ["a record extension [A47]", hex("d6 72 00000000")],
    ["a timestamp extension [A47]", hex("d6 ff 00000000")],
    ["0xc1 [A47]", hex("c1")],
    ["trailing bytes [A47]", Buffer.concat([packMessage(completed), hex("c0")])],
    ["text that is not UTF-8 [A23]", hex("81 a474797065 a2 ff fe")],
    ["nothing at all", Buffer.alloc(0)],
    [
      "more than a million items [A48]",
      Buffer.concat([hex("dd 001e8480"), Buffer.alloc(2_000_000, 0x80)]),
    ],
  ])("refuses %s", (_name, bytes) => {
    expect(refused(bytes)).toMatch(/^\[message_invalid\]/);
  });

  it("lets no key reach a prototype [A46]", () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const env = Object.fromEntries([[key, "polluted"]]);
      const bytes = packMessage({
        type: "execute",
        executionId: "e",
        code: "",
        stdin: null,
        env,
        cwd: null,
        allowInput: false,
        stdoutPath: "/o",
        stderrPath: "/e",
        trackChanges: false,
      } as never);
      const message = unpackMessage(bytes, hostMessageSchema);
      expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }
  });

  it(`ends ${cases} mutated messages in a message or a typed error [F08]`, () => {
    const seeds = [
      packMessage(completed),
      packMessage({
        type: "result",
        executionId: "e",
        repr: "(1, 2)",
        value: { $type: "tuple", items: [1, 2] },
        valueTruncated: false,
        mime: { "text/plain": "(1, 2)" },
      } as never),
    ];
    let state = 1;
    const next = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 4294967296) * below);
    };
    for (let i = 0; i < cases; i++) {
      const bytes = Buffer.from(seeds[next(seeds.length)] as Uint8Array);
      for (let flips = next(5); flips >= 0; flips--) bytes[next(bytes.length)] = next(256);
      try {
        unpackMessage(
          bytes.subarray(0, bytes.length - (next(3) === 0 ? next(bytes.length) : 0)),
          workerMessageSchema,
        );
      } catch (error) {
        if (!HoldfastError.is(error)) throw error;
        if (error.code !== "message_invalid") throw error;
      }
    }
  });
});
