import type { ExecutionEvent } from "@holdfast/client";
import { describe, expect, it } from "vitest";
import { Images } from "./images.ts";

function display(seq: number, data: string, displayId: string | null = null): ExecutionEvent {
  const update = displayId !== null && seq > 1;
  return { type: "display", seq, mime: { "image/png": data }, displayId, update };
}

describe("Images", () => {
  it("takes the newest of those that update each other", () => {
    const images = new Images(100);
    images.add(display(1, "AAAA", "plot"));
    images.add(display(2, "BBBB"));
    images.add(display(3, "CCCC", "plot"));
    expect(images.list.map(({ data }) => data)).toEqual(["CCCC", "BBBB"]);
  });

  it("leaves out what is too large together with the others, and counts it", () => {
    const images = new Images(8);
    for (const [index, data] of ["AAAA", "BBBBBBBB", "CCCC", "DDDD"].entries())
      images.add(display(index + 1, data));
    expect(images.list.map(({ data }) => data)).toEqual(["AAAA", "CCCC"]);
    expect(images.leftOut).toBe(2);
  });

  it("knows PNG and JPEG, of results too, and nothing else", () => {
    const images = new Images(100);
    const result = { type: "result", repr: "x", value: null, valueTruncated: false } as const;
    images.add({ ...result, seq: 1, mime: { "image/jpeg": "AA\nAA\n" } });
    images.add({ ...result, seq: 2, mime: { "image/svg+xml": "<svg/>" } });
    images.add({ type: "stdout", seq: 3, text: "AAAA" });
    expect(images.list).toEqual([{ type: "image", mimeType: "image/jpeg", data: "AAAA" }]);
  });
});
