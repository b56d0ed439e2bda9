import { describe, expect, it } from "vitest";
import { fromBase64, imageType, wholeText } from "./file-content.ts";

describe("wholeText()", () => {
  const bytes = new TextEncoder().encode("aä€😀");

  it("leaves a character that is cut off at the end to the next part", () => {
    const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => {
      const { text, byteLength } = wholeText(bytes.subarray(0, length), false);
      return [text, byteLength];
    });
    expect(lengths).toEqual([
      ["", 0],
      ["a", 1],
      ["a", 1],
      ["aä", 3],
      ["aä", 3],
      ["aä", 3],
      ["aä€", 6],
      ["aä€", 6],
      ["aä€", 6],
      ["aä€", 6],
      ["aä€😀", 10],
    ]);
  });

  it.each([
    ["a character that is cut off at the end of the file", [0x61, 0xc3]],
    ["bytes that are no UTF-8", [0xff, 0x61]],
    ["a NUL", [0x61, 0x00]],
  ])("takes %s for no text", (_what, data) => {
    expect(wholeText(Uint8Array.from(data), true).text).toBeNull();
  });
});

it("imageType() knows PNG and JPEG by their first bytes", () => {
  expect(imageType(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]))).toBe("image/jpeg");
  expect(imageType(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe(
    "image/png",
  );
  expect(imageType(Uint8Array.from([0x89, 0x50]))).toBeNull();
});

it("fromBase64() takes base64, with line ends in it, and nothing else", () => {
  expect([...fromBase64("AAEC\n/w==")]).toEqual([0, 1, 2, 255]);
  expect(() => fromBase64("a-b")).toThrow("not base64");
});
