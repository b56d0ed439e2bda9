import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

// Quotes, escapes, planes of Unicode, line separators; ends within a line.
const hard = "a 'b' \"c\" $d `e` %s \\n \\\\ \t\n\n ä€ 漢字 🦀 e\u0301 \u2028 end";
const mimicry =
  'data: {}\n\nevent: end\nE 0 0\n\u0001{"type":"completed"}\u001b[2J\u001b]0;x\u0007\r\n';

export const outputCases = contractTopic("output", [
  contractCase(
    "execute() delivers standard output exactly before it ends [R1.6]",
    {},
    async ({ start, run, language }) => {
      const ran = run(await start(), language.print(hard));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect([ran.text("stdout"), ran.text("stderr")]).toEqual([hard, ""]);
    },
  ),
  contractCase(
    "execute() delivers standard error exactly before it ends [R1.6]",
    { abilities: ["printError"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.printError(hard));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect([ran.text("stdout"), ran.text("stderr")]).toEqual(["", hard]);
    },
  ),
  contractCase(
    "execute() keeps both streams apart [R4.1]",
    { abilities: ["printError"] },
    async ({ start, run, language }) => {
      const code = [
        language.print("1"),
        language.printError("2"),
        language.print("3"),
        language.printError("4"),
      ].join("\n");
      const ran = run(await start(), code);
      await ran.ended;
      expect([ran.text("stdout"), ran.text("stderr")]).toEqual(["13", "24"]);
    },
  ),
  contractCase(
    "execute() delivers every byte as it is: NUL, broken UTF-8 [A23]",
    { abilities: ["printBytes"] },
    async ({ start, run, language }) => {
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, n) => (n * 167) % 256));
      const ran = run(await start(), language.printBytes(bytes));
      await ran.ended;
      expect(ran.bytes("stdout").equals(bytes)).toBe(true);
    },
  ),
  contractCase(
    "what looks like a protocol or a terminal's commands is plain output [A08]",
    {},
    async ({ start, run, language }) => {
      const ran = run(await start(), language.print(mimicry));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toBe(mimicry);
    },
  ),
  contractCase(
    "code that prints nothing has no output [D25]",
    { abilities: ["remember"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.remember("kept", "1"));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect([...ran.of("stdout"), ...ran.of("stderr")]).toEqual([]);
    },
  ),
  contractCase(
    "output is delivered while the code runs [R1.6]",
    { abilities: ["runForever"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.runForever);
      let hasEnded = false;
      void ran.execution.ended.then(() => (hasEnded = true));
      await ran.firstOutput;
      expect([ran.text("stdout"), hasEnded]).toEqual(["ready", false]);
    },
  ),
  contractCase(
    "execute() delivers 8 MiB without losing a byte [A21]",
    { abilities: ["printZeros"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.printZeros(8 << 20));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.bytes("stdout").equals(Buffer.alloc(8 << 20))).toBe(true);
    },
  ),
  contractCase(
    "a long line comes in pieces of at most 64 KiB, none of them empty [A22]",
    { abilities: ["printZeros"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.printZeros(1 << 20));
      await ran.ended;
      const sizes = ran.of("stdout").map(({ bytes }) => bytes.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(64 << 10);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    },
  ),
  contractCase(
    "100,000 lines come in order [R1.6]",
    { abilities: ["printLines"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.printLines(100_000));
      await ran.ended;
      const expected = Array.from({ length: 100_000 }, (_, n) => `${n + 1}\n`).join("");
      expect(ran.text("stdout") === expected, "all lines, in order").toBe(true);
    },
  ),
  contractCase(
    "what a process prints that the code starts is output of the execution [D6]",
    { abilities: ["printFromChild"] },
    async ({ start, output, language }) => {
      const code = [
        language.print("a"),
        language.printFromChild("of a child"),
        language.print("b"),
      ].join("\n");
      await expect(output(await start(), code)).resolves.toBe("aof a childb");
    },
  ),
  contractCase(
    "an execution that closes its output ends, and the next one has output again [F12]",
    { abilities: ["closeOutput"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, language.closeOutput).ended;
      await expect(output(worker, language.print("back"))).resolves.toBe("back");
    },
  ),
]);
