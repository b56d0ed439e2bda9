import { expect, test } from "vitest";
import { Mailbox } from "./mailbox.ts";

test("Mailbox.take() gives what is there and what comes, each once and in order", async () => {
  const mailbox = new Mailbox<number>();
  mailbox.put(1);
  const takes = [mailbox.take(), mailbox.take(), mailbox.take()];
  mailbox.put(2);
  mailbox.put(3);
  await expect(Promise.all(takes)).resolves.toEqual([1, 2, 3]);
  expect(mailbox.all).toEqual([1, 2, 3]);
});

test("Mailbox.take() gives up at its deadline and leaves the next item to others", async () => {
  const mailbox = new Mailbox<number>();
  await expect(mailbox.take({ timeoutMs: 1 })).rejects.toMatchObject({
    code: "deadline_exceeded",
    message: "[deadline_exceeded] the next item of a mailbox: not within 1 ms; nothing came",
  });
  mailbox.put(1);
  await expect(mailbox.take()).resolves.toBe(1);
});
