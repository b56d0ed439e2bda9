import type { WorkerOutcome } from "@holdfast/core";
import { expect } from "vitest";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

const hasFailed = ({ status, exitCode }: WorkerOutcome) =>
  status === "error" || (status === "ok" && exitCode !== 0);

export const endCases = contractTopic("errors and ends", [
  contractCase(
    "a failure is told, and the next execution runs [R5.4]",
    {},
    async ({ start, run, output, language }) => {
      const worker = await start();
      const outcome = await run(worker, language.fail).ended;
      expect(hasFailed(outcome), `error, or an exit code: ${JSON.stringify(outcome)}`).toBe(true);
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "code that is not valid fails, runs nothing, and the next execution runs [R5.4]",
    { abilities: ["invalid"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const ran = run(worker, language.invalid);
      const outcome = await ran.ended;
      expect(hasFailed(outcome), `error, or an exit code: ${JSON.stringify(outcome)}`).toBe(true);
      expect(ran.text("stdout")).toBe("");
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "an error is told once, with a name and its message, behind the output [R5.4]",
    { abilities: ["raise"] },
    async ({ start, run, language }) => {
      const code = `${language.print("before")}\n${language.raise("what went wrong")}`;
      const ran = run(await start(), code);
      await expect(ran.ended).resolves.toMatchObject({ status: "error" });
      expect(ran.text("stdout")).toBe("before");
      expect(ran.of("error")).toHaveLength(1);
      const last = ran.events.at(-1);
      expect(last).toMatchObject({ type: "error", message: "what went wrong" });
      expect(last).toMatchObject({
        name: expect.stringMatching(/./),
        text: expect.stringContaining("what went wrong"),
      });
    },
  ),
  contractCase(
    "what was kept before a failure is there after it [D27]",
    { abilities: ["remember", "recall"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      await run(worker, `${language.remember("other", "2")}\n${language.fail}`).ended;
      await expect(output(worker, language.recall("kept"))).resolves.toBe("1");
      await expect(output(worker, language.recall("other"))).resolves.toBe("2");
    },
  ),
  ...(["42", "0"] as const).map((code) =>
    contractCase(
      `an end of the process with exit code ${code} is told as that, with the output before it [F14]`,
      { abilities: ["exit"] },
      async ({ start, run, soon, language }) => {
        const worker = await start();
        const ran = run(worker, `${language.print("last words")}\n${language.exit(Number(code))}`);
        const expected = { exitCode: Number(code), signal: null };
        await expect(ran.ended).resolves.toEqual({ status: "lost", ...expected });
        expect(ran.text("stdout")).toBe("last words");
        await expect(soon(worker.exited, "exited")).resolves.toMatchObject(expected);
      },
    ),
  ),
  contractCase(
    "an end of the process by a signal is told as that, with the output before it [F14]",
    { abilities: ["killSelf"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      const ran = run(worker, `${language.print("last words")}\n${language.killSelf}`);
      const expected = { exitCode: null, signal: "SIGKILL" };
      await expect(ran.ended).resolves.toEqual({ status: "lost", ...expected });
      expect(ran.text("stdout")).toBe("last words");
      await expect(soon(worker.exited, "exited")).resolves.toMatchObject(expected);
    },
  ),
  contractCase(
    "an execution is lost only with the process gone [D9]",
    { abilities: ["exit"] },
    async ({ start, run, language }) => {
      const worker = await start();
      await run(worker, language.exit(1)).ended;
      expect(isRunning(worker.pid)).toBe(false);
    },
  ),
  contractCase(
    "execute() on a worker that has ended is lost, and throws nothing [D7]",
    { abilities: ["exit"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.exit(3)).ended;
      await soon(worker.exited, "exited");
      await expect(run(worker, language.print("x")).ended).resolves.toMatchObject({
        status: "lost",
        exitCode: 3,
      });
    },
  ),
  contractCase(
    "a worker that follows one which has ended starts with nothing of it [R2.1]",
    { abilities: ["exit", "remember", "recall"] },
    async ({ start, run, output, language }) => {
      const first = await start();
      await run(first, `${language.remember("kept", "1")}\n${language.exit(1)}`).ended;
      await expect(output(await start(), language.recall("kept"))).resolves.toBe("");
    },
  ),
]);
