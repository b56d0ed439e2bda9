import { expect, test } from "vitest";
import { collect } from "./collect.ts";

async function* numbers(onEnd: () => void) {
  try {
    for (let i = 1; ; i++) yield i;
  } finally {
    onEnd();
  }
}

test("collect() takes a stream to its end [R9.4] [S0-48]", async () => {
  await expect(collect(ReadableStream.from([1, 2, 3]))).resolves.toEqual([1, 2, 3]);
});

test("collect() stops with the item that `until` names, and leaves the stream", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await expect(collect(numbers(resolve), { until: (n) => n === 3 })).resolves.toEqual([1, 2, 3]);
  await promise;
});

test("collect() gives up a stream that stays open, and says what came", async () => {
  const stream = new ReadableStream<number>({ start: (controller) => controller.enqueue(1) });
  await expect(collect(stream, { timeoutMs: 1 })).rejects.toMatchObject({
    code: "deadline_exceeded",
    message: "[deadline_exceeded] collect: not at its end within 1 ms; 1 came: 1",
    details: { count: 1 },
    cause: { items: [1] },
  });
});

test("collect() passes on what its stream throws, and tells the last of many", async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("torn")) });
  await expect(collect(broken)).rejects.toThrow("torn");
  const many = new ReadableStream<{ readonly type: string; readonly bytes: Uint8Array }>({
    start: (controller) => {
      for (let i = 1; i <= 9; i++) controller.enqueue({ type: `t${i}`, bytes: Buffer.from("hi") });
    },
  });
  await expect(collect(many, { timeoutMs: 20 })).rejects.toThrow(
    /; 9 came, the last 5: \{ type: 't5', .*'t9'/,
  );
});
