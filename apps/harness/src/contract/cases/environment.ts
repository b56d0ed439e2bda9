import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

const once = { CONTRACT_ONCE: "a 'b' \"c\" $d \\ ä\nnext" };

export const environmentCases = contractTopic("environment and directory", [
  contractCase(
    "execute() gives variables to one execution alone [R4.7]",
    { abilities: ["printEnvironment"] },
    async ({ start, output, language }) => {
      const worker = await start();
      const code = language.printEnvironment("CONTRACT_ONCE");
      await expect(output(worker, { code, env: once })).resolves.toBe(once.CONTRACT_ONCE);
      await expect(output(worker, code)).resolves.toBe("");
    },
  ),
  contractCase(
    "a variable of the session's is what it was after an execution that had another [R4.7]",
    { abilities: ["printEnvironment"] },
    async ({ start, output, language }) => {
      const worker = await start({ env: { CONTRACT_ONCE: "the session's" } });
      const code = language.printEnvironment("CONTRACT_ONCE");
      await expect(output(worker, { code, env: once })).resolves.toBe(once.CONTRACT_ONCE);
      await expect(output(worker, code)).resolves.toBe("the session's");
    },
  ),
  contractCase(
    "variables for one execution alone go when it fails, too [R4.7]",
    { abilities: ["printEnvironment"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, { code: language.fail, env: once }).ended;
      await expect(output(worker, language.printEnvironment("CONTRACT_ONCE"))).resolves.toBe("");
    },
  ),
  contractCase(
    "variables for one execution alone go when it is interrupted, too [R4.7]",
    { features: ["interrupt"], abilities: ["printEnvironment", "runForever"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, { code: language.runForever, env: once });
      await ran.firstOutput;
      ran.execution.interrupt();
      await expect(ran.ended).resolves.toMatchObject({ status: "interrupted" });
      await expect(output(worker, language.printEnvironment("CONTRACT_ONCE"))).resolves.toBe("");
    },
  ),
  contractCase(
    "execute() runs in a directory for one execution alone [R4.7]",
    { abilities: ["printDirectory"] },
    async ({ start, output, language, directory }) => {
      const worker = await start();
      await expect(output(worker, { code: language.printDirectory, cwd: "/usr" })).resolves.toBe(
        "/usr",
      );
      await expect(output(worker, language.printDirectory)).resolves.toBe(directory);
    },
  ),
  contractCase(
    "a relative directory is one of the session's own [R4.7]",
    { abilities: ["printDirectory"] },
    async ({ start, output, language, directory }) => {
      mkdirSync(join(directory, "a b ä"));
      const printed = output(await start(), { code: language.printDirectory, cwd: "a b ä" });
      await expect(printed).resolves.toBe(join(directory, "a b ä"));
    },
  ),
  contractCase(
    "the session's directory is back after an execution in another that failed [R4.7]",
    { abilities: ["printDirectory"] },
    async ({ start, run, output, language, directory }) => {
      const worker = await start();
      await run(worker, { code: language.fail, cwd: "/usr" }).ended;
      await expect(output(worker, language.printDirectory)).resolves.toBe(directory);
    },
  ),
  contractCase(
    "the session's directory is back after an execution in another that went elsewhere [R4.7]",
    { abilities: ["changeDirectory", "printDirectory"] },
    async ({ start, run, output, language, directory }) => {
      const worker = await start();
      await run(worker, { code: language.changeDirectory("/usr/bin"), cwd: "/usr" }).ended;
      await expect(output(worker, language.printDirectory)).resolves.toBe(directory);
    },
  ),
  contractCase(
    "a directory that is not there ends the execution with an error, and its code is not run [R5.4]",
    {},
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, { code: language.print("run"), cwd: "/nowhere/at/all" });
      await expect(ran.ended).resolves.toMatchObject({ status: "error" });
      expect(ran.of("error")).toHaveLength(1);
      expect(ran.text("stdout")).toBe("");
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
]);
