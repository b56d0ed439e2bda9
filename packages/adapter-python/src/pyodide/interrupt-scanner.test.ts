import { encodeFrames, packMessage } from "@holdfast/core";
import { describe, expect, it } from "vitest";
import { InterruptScanner } from "./interrupt-scanner.ts";

const interrupt = { type: "interrupt", executionId: "e1" };
const others = [
  { type: "ping", requestId: "q1" },
  { type: "execute", code: "interrupt".repeat(10_000), executionId: "e1" },
  { type: "input_reply", requestId: "r1", data: "\u0082¤type©interrupt" },
  { type: "input_reply", requestId: "r1", data: packMessage(interrupt) },
];

function framed(message: { readonly type: string }, maxFrameBytes = 2 ** 24): Buffer {
  return Buffer.concat(encodeFrames(packMessage(message), maxFrameBytes));
}

describe("InterruptScanner", () => {
  it.for([1, 3, 7, 4096])("scan() finds interrupts among others in chunks of %i bytes", (size) => {
    const scanner = new InterruptScanner();
    let found = 0;
    for (const message of [...others, interrupt, ...others, interrupt, interrupt]) {
      const bytes = framed(message);
      for (let at = 0; at < bytes.length; at += size)
        if (scanner.scan(bytes.subarray(at, at + size))) found++;
    }
    expect(found).toBe(3);
  });

  it("scan() is not misled by the parts of a message in several frames", () => {
    const scanner = new InterruptScanner();
    const inside = Buffer.concat([Buffer.alloc(64 - 13), packMessage(interrupt)]);
    const bytes = framed({ type: "x", data: inside } as { readonly type: string }, 64);
    expect(scanner.scan(bytes)).toBe(false);
    expect(scanner.scan(framed(interrupt))).toBe(true);
  });

  it("scan() says so once for a chunk that has several", () => {
    expect(new InterruptScanner().scan(Buffer.concat([framed(interrupt), framed(interrupt)]))).toBe(
      true,
    );
  });
});
