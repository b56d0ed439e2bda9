import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

const bytes = (text: string) => Buffer.from(text);

export const stdinCases = contractTopic("standard input", [
  contractCase(
    "standard input is empty when none is given [F17]",
    { abilities: ["echoInput"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.echoInput);
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toBe("");
    },
  ),
  contractCase(
    "standard input is what was given, and then ends [R4.1]",
    { features: ["stdin"], abilities: ["echoInput"] },
    async ({ start, output, language }) => {
      const stdin = bytes("one\ntwo ä 🦀\n\nno newline");
      await expect(output(await start(), { code: language.echoInput, stdin })).resolves.toBe(
        stdin.toString(),
      );
    },
  ),
  contractCase(
    "standard input of 200 KB arrives whole [R1.5]",
    { features: ["stdin"], abilities: ["echoInput"] },
    async ({ start, output, language }) => {
      const text = `${"0123456789\n".repeat(20_000)}end`;
      const printed = await output(await start(), { code: language.echoInput, stdin: bytes(text) });
      expect(printed === text, "all of it").toBe(true);
    },
  ),
  contractCase(
    "what one execution leaves of its input is not the next one's [D22]",
    { features: ["stdin"], abilities: ["echoInput"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, { code: language.print("x"), stdin: bytes("not read\n") }).ended;
      await expect(output(worker, language.echoInput)).resolves.toBe("");
    },
  ),
  contractCase(
    "write() is refused with input_not_expected without allowInput [D22]",
    { abilities: ["runForever"] },
    async ({ start, run, soon, language }) => {
      const ran = run(await start(), language.runForever);
      await ran.firstOutput;
      const writing = soon(ran.execution.write(bytes("x")), "write()");
      await expect(writing).rejects.toMatchObject({ code: "input_not_expected" });
    },
  ),
]);

export const inputCases = contractTopic("live input", [
  contractCase(
    "write() answers code that reads a line [R2.5]",
    { features: ["input"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), { code: language.readLines(1), allowInput: true });
      await ran.execution.write(bytes("yes ä\n"));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toContain("[yes ä]");
    },
  ),
  contractCase(
    "several lines are read in the order in which they were written [D22]",
    { features: ["input"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), { code: language.readLines(3), allowInput: true });
      for (const line of ["one", "two", "three"]) await ran.execution.write(bytes(`${line}\n`));
      await ran.ended;
      expect(ran.text("stdout")).toBe("[one][two][three]");
    },
  ),
  contractCase(
    "input works in the second execution as in the first [D22]",
    { features: ["input"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const worker = await start();
      for (const line of ["first", "second"]) {
        const ran = run(worker, { code: language.readLines(1), allowInput: true });
        await ran.execution.write(bytes(`${line}\n`));
        await ran.ended;
        expect(ran.text("stdout")).toBe(`[${line}]`);
      }
    },
  ),
  contractCase(
    "bytes that were given come before what is written [R2.5]",
    { features: ["stdin", "input"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), {
        code: language.readLines(2),
        stdin: bytes("given\n"),
        allowInput: true,
      });
      await ran.execution.write(bytes("written\n"));
      await ran.ended;
      expect(ran.text("stdout")).toBe("[given][written]");
    },
  ),
  contractCase(
    "write() with close ends the input [R2.5]",
    { features: ["input"], abilities: ["echoInput"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), { code: language.echoInput, allowInput: true });
      await ran.execution.write(bytes("one\n"));
      await ran.execution.write(bytes("two\n"), { close: true });
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      expect(ran.text("stdout")).toBe("one\ntwo\n");
    },
  ),
  contractCase(
    "code that waits for input can be interrupted, and the next execution has input [R2.5]",
    { features: ["input", "interrupt"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const worker = await start();
      const waiting = run(worker, {
        code: `${language.print("ready")}\n${language.readLines(1)}`,
        allowInput: true,
      });
      await waiting.firstOutput;
      waiting.execution.interrupt();
      await expect(waiting.ended).resolves.toMatchObject({ status: "interrupted" });
      const ran = run(worker, { code: language.readLines(1), allowInput: true });
      await ran.execution.write(bytes("on\n"));
      await ran.ended;
      expect(ran.text("stdout")).toBe("[on]");
    },
  ),
  contractCase(
    "input that was not read does not reach the next execution [D22]",
    { features: ["input"], abilities: ["readLines"] },
    async ({ start, run, language }) => {
      const worker = await start();
      const over = run(worker, { code: language.readLines(1), allowInput: true });
      await over.execution.write(bytes("one\n"));
      await over.execution.write(bytes("too many\n")).catch(() => {});
      await over.ended;
      const ran = run(worker, { code: language.readLines(1), allowInput: true });
      await ran.execution.write(bytes("right\n"));
      await ran.ended;
      expect(ran.text("stdout")).toBe("[right]");
    },
  ),
  contractCase(
    "write() to an execution that has ended is refused with input_not_expected [D22]",
    { features: ["input"] },
    async ({ start, run, soon, language }) => {
      const ran = run(await start(), { code: language.print("x"), allowInput: true });
      await ran.ended;
      await expect(soon(ran.execution.write(bytes("x\n")), "write()")).rejects.toMatchObject({
        code: "input_not_expected",
      });
    },
  ),
  contractCase(
    "code that asks tells its prompt, after what it printed before [R2.5]",
    { features: ["input"], abilities: ["ask"] },
    async ({ start, soon, language }) => {
      const asked = Promise.withResolvers<string>();
      const worker = await start();
      let printed = "";
      const request = {
        executionId: "asks",
        code: `${language.print("before ")}\n${language.ask("Name? ")}`,
        stdin: null,
        env: null,
        cwd: null,
        allowInput: true,
        trackChanges: false,
      };
      const execution = worker.execute(request, (event) => {
        if (event.type === "stdout") printed += event.bytes.toString();
        if (event.type === "input_request") asked.resolve(`${printed}${event.prompt}`);
      });
      await expect(soon(asked.promise, "a prompt")).resolves.toBe("before Name? ");
      await execution.write(bytes("Ada"));
      await soon(execution.ended, "end of an execution");
      expect(printed).toContain("Ada");
    },
  ),
]);
