import { describe, expect, it } from "vitest";
import { WholeCharacters } from "./whole-characters.ts";

describe("WholeCharacters", () => {
  it("lets no chunk end within a character, wherever the stream is split [A23]", () => {
    const bytes = Buffer.from("a ä € 😀\u2028\u0000 end");
    for (let at = 0; at <= bytes.length; at++) {
      const stream = new WholeCharacters();
      const parts = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => stream.add(part));
      expect(stream.isHolding).toBe(false);
      expect(parts.map((part) => part.toString("utf8")).join("")).toBe(bytes.toString("utf8"));
    }
  });

  it("joins a character that comes byte by byte [A23]", () => {
    const stream = new WholeCharacters();
    const parts = [...Buffer.from("😀")].map((byte) => stream.add(Buffer.from([byte])).toString());
    expect(parts).toEqual(["", "", "", "😀"]);
  });

  it.each([
    ["bytes that begin nothing", [0xff, 0xfe, 0x80, 0xbf, 0xc0, 0xc1, 0xf5]],
    ["continuation bytes alone", [0x80, 0x80, 0x80, 0x80]],
    ["nothing", []],
  ])("passes %s at once", (_name, bytes) => {
    expect([...new WholeCharacters().add(Buffer.from(bytes))]).toEqual(bytes);
  });

  it("flush() gives what waits, exact", () => {
    const stream = new WholeCharacters();
    expect([...stream.add(Buffer.from([0x61, 0xe2, 0x82]))]).toEqual([0x61]);
    expect(stream.isHolding).toBe(true);
    expect([...stream.flush()]).toEqual([0xe2, 0x82]);
    expect(stream.isHolding).toBe(false);
  });
});
