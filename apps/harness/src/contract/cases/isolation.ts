import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";

export const isolationCases = contractTopic("isolation and neighbours", [
  contractCase(
    "user code has none of its host's descriptors [A05]",
    { abilities: ["printDescriptors"] },
    async ({ start, output, language, directory }) => {
      const path = join(directory, "of-the-host");
      const fd = openSync(path, "w");
      try {
        const descriptors = await output(await start(), language.printDescriptors);
        expect(descriptors).not.toContain(path);
        expect(descriptors).not.toBe("");
      } finally {
        closeSync(fd);
      }
    },
  ),
  contractCase(
    "a process that user code starts has descriptors 0, 1 and 2, and none of the worker's channel [A07]",
    { abilities: ["printChildDescriptors"] },
    async ({ start, output, language }) => {
      const numbers = await output(await start(), language.printChildDescriptors);
      expect(numbers.trim()).toBe("0 1 2");
    },
  ),
  contractCase(
    "two workers see nothing of each other's state [R3.3]",
    { abilities: ["remember", "recall"] },
    async ({ start, run, output, language }) => {
      const [one, two] = await Promise.all([start(), start()]);
      await run(one, language.remember("kept", "1")).ended;
      await expect(output(two, language.recall("kept"))).resolves.toBe("");
    },
  ),
  contractCase(
    "two workers see nothing of each other's environment and directory [R3.3]",
    { abilities: ["printEnvironment", "printDirectory"] },
    async ({ start, output, language, directory }) => {
      const [one, two] = await Promise.all([
        start({ env: { CONTRACT_OWN: "one" } }),
        start({ env: { CONTRACT_OWN: "two" }, cwd: "/usr" }),
      ]);
      const own = language.printEnvironment("CONTRACT_OWN");
      expect([await output(one, own), await output(two, own)]).toEqual(["one", "two"]);
      const where = language.printDirectory;
      expect([await output(one, where), await output(two, where)]).toEqual([directory, "/usr"]);
    },
  ),
  contractCase(
    "four workers that print at once never mix their output [R4.5]",
    { abilities: ["printLines"] },
    async ({ start, run, language }) => {
      const workers = await Promise.all([start(), start(), start(), start()]);
      const runs = workers.map((worker, n) =>
        run(worker, `${language.print(`worker ${n}: `)}\n${language.printLines(5_000 + n)}`),
      );
      await Promise.all(runs.map(({ ended }) => ended));
      for (const [n, ran] of runs.entries())
        expect(ran.text("stdout")).toMatch(
          new RegExp(`^worker ${n}: 1\n2\n[^w]*\n${5_000 + n}\n$`),
        );
    },
  ),
  contractCase(
    "a worker that is stopped leaves another alone that runs [R2.6]",
    {},
    async ({ start, output, soon, language }) => {
      const [one, two] = await Promise.all([start(), start()]);
      await soon(one.stop(), "stop()");
      await expect(output(two, language.print("on"))).resolves.toBe("on");
    },
  ),
]);
