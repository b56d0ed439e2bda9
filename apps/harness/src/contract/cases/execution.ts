import { expect } from "vitest";
import { buildRequest } from "../../build/build-request.ts";
import { holdings, leaksSince } from "../../leaks/leak-check.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

export const executionCases = contractTopic("executions", [
  contractCase(
    "an execution tells that it has started before anything else, with the pid of a live process [R4.2]",
    {},
    async ({ start, run, language }) => {
      const ran = run(await start(), language.print("x"));
      await ran.ended;
      const [first] = ran.events;
      expect(first).toEqual({ type: "started", pid: expect.any(Number) });
      expect(first?.type === "started" && isRunning(first.pid)).toBe(true);
      expect(ran.of("started")).toHaveLength(1);
    },
  ),
  contractCase(
    "no event comes before execute() has returned [R4.4]",
    {},
    async ({ start, soon, language }) => {
      const worker = await start();
      let hasReturned = false;
      const early: string[] = [];
      const { ended } = worker.execute(buildRequest({ code: language.print("x") }), ({ type }) => {
        if (!hasReturned) early.push(type);
      });
      hasReturned = true;
      await soon(ended, "end of an execution");
      expect(early).toEqual([]);
    },
  ),
  contractCase(
    "no event comes after ended has settled [D9]",
    { abilities: ["printLines"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, language.printLines(5_000));
      await ran.execution.ended;
      const count = ran.events.length;
      await output(worker, language.print("next"));
      expect(ran.events).toHaveLength(count);
    },
  ),
  contractCase("empty code is ok and prints nothing [D2]", {}, async ({ start, run }) => {
    const ran = run(await start(), "");
    await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
    expect(ran.text("stdout") + ran.text("stderr")).toBe("");
  }),
  contractCase("code of 300 KB is run whole [R1.5]", {}, async ({ start, output, language }) => {
    const text = `${"0123456789 ä".repeat(25_000)}end`;
    const printed = await output(await start(), language.print(text));
    expect(printed === text, "all of it").toBe(true);
  }),
  contractCase(
    "an execution finds the state that the last one left [R3.1]",
    { abilities: ["remember", "recall"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "4711")).ended;
      await expect(output(worker, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "a directory that code goes to stays the session's [R3.1]",
    { abilities: ["changeDirectory", "printDirectory"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, language.changeDirectory("/usr")).ended;
      await expect(output(worker, language.printDirectory)).resolves.toBe("/usr");
    },
  ),
  contractCase(
    "200 small executions in a row each have their own output [R4.6]",
    {},
    async ({ start, output, language }) => {
      const worker = await start();
      for (let n = 0; n < 200; n++)
        expect(await output(worker, language.print(`n${n}`))).toBe(`n${n}`);
    },
  ),
  contractCase(
    "50 executions leave no process, descriptor or timer behind [D1]",
    {},
    async ({ start, output, language, eventually }) => {
      const worker = await start();
      // What the first ones open for good is no leak.
      for (let n = 0; n < 10; n++) await output(worker, language.print("x"));
      const before = holdings();
      for (let n = 0; n < 50; n++) await output(worker, language.print("x"));
      const left = () => leaksSince(before).filter((leak) => !leak.startsWith("files: "));
      await eventually(() => left().length === 0, "no leaks").catch(() =>
        expect(left().join("\n"), "left behind").toBe(""),
      );
    },
  ),
  contractCase(
    "the worker's process is the same after every execution [R3.1]",
    {},
    async ({ start, run, language }) => {
      const worker = await start();
      const pids = new Set<number>();
      for (const code of [language.print("x"), language.fail, language.print("y")]) {
        const ran = run(worker, code);
        await ran.ended;
        for (const { pid } of ran.of("started")) pids.add(pid);
      }
      expect([...pids]).toEqual([worker.pid]);
    },
  ),
]);
