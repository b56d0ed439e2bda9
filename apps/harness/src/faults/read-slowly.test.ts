import { expect, test } from "vitest";
import { Mailbox } from "../wait/mailbox.ts";
import { readSlowly } from "./read-slowly.ts";

test("readSlowly() takes one item a wait, so that the source waits too [F20]", async () => {
  let given = 0;
  async function* numbers() {
    while (given < 3) yield ++given;
  }
  const waits = new Mailbox<() => void>();
  const slow = readSlowly(numbers(), () => new Promise<void>((done) => waits.put(done)));
  for (const expected of [1, 2, 3]) {
    const next = slow.next();
    const goOn = await waits.take();
    expect(given).toBe(expected);
    goOn();
    expect(await next).toEqual({ done: false, value: expected });
  }
  expect(await slow.next()).toEqual({ done: true, value: undefined });
});
