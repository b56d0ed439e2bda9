import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HoldfastError, type Worker } from "@holdfast/core";
import { expect } from "vitest";
import { expectNoLeaks, holdings } from "../../leaks/leak-check.ts";
import { isRunning } from "../../leaks/process-tree.ts";
import { contractCase, contractTopic } from "../contract-case.ts";

export const startCases = contractTopic("start", [
  contractCase(
    "inspect() finds the runtime and tells its features [R9.7]",
    {},
    async ({ runtime, features, soon }) => {
      const info = await soon(runtime.inspect(), "inspect()");
      expect(info).toMatchObject({ name: runtime.name, isAvailable: true });
      if (!info.isAvailable) return;
      expect([...info.features].toSorted()).toEqual([...features].toSorted());
      expect(info.version).not.toBe("");
    },
  ),
  contractCase(
    "start() gives a worker whose process runs, with a version and the declared features [R9.7]",
    {},
    async ({ start, features }) => {
      const worker = await start();
      expect(isRunning(worker.pid)).toBe(true);
      expect(worker.version).not.toBe("");
      expect([...worker.features].toSorted()).toEqual([...features].toSorted());
    },
  ),
  contractCase(
    "start() refuses a directory that is not there with worker_start_failed, and leaves nothing [R2.7]",
    {},
    async ({ start, directory, patienceMs }) => {
      const before = holdings();
      const error: unknown = await start({ cwd: join(directory, "none") }).catch(
        (cause: unknown) => cause,
      );
      expect(error).toBeInstanceOf(HoldfastError);
      expect(error).toMatchObject({ code: "worker_start_failed" });
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
  contractCase(
    "start() with a signal that has aborted is cancelled, and leaves nothing [R2.4]",
    {},
    async ({ start, patienceMs }) => {
      const before = holdings();
      await expect(start({ signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: "cancelled",
      });
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
  contractCase(
    "start() is cancelled by a signal that aborts meanwhile, and leaves nothing [R2.4]",
    {},
    async ({ start, patienceMs }) => {
      const before = holdings();
      const cancelling = new AbortController();
      const starting = start({ signal: cancelling.signal });
      cancelling.abort();
      await expect(starting).rejects.toMatchObject({ code: "cancelled" });
      await expectNoLeaks(before, { timeoutMs: patienceMs });
    },
  ),
  contractCase(
    "start() lets go of its signal: aborting it later ends nothing [R2.4]",
    {},
    async ({ start, output, language }) => {
      const cancelling = new AbortController();
      const worker = await start({ signal: cancelling.signal });
      cancelling.abort();
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "eight starts at once give eight workers, each a process of its own [D18]",
    {},
    async ({ start, output, language }) => {
      const workers = await Promise.all(Array.from({ length: 8 }, () => start()));
      expect(new Set(workers.map(({ pid }) => pid)).size).toBe(8);
      const outputs = workers.map((worker, n) => output(worker, language.print(`n${n}`)));
      expect(await Promise.all(outputs)).toEqual(workers.map((_, n) => `n${n}`));
    },
  ),
  contractCase(
    "a worker starts in the directory that it was given [R3.3]",
    { abilities: ["printDirectory"] },
    async ({ start, output, language, directory }) => {
      const inner = join(directory, "a b ä");
      mkdirSync(inner);
      const worker = await start({ cwd: inner });
      await expect(output(worker, language.printDirectory)).resolves.toBe(inner);
    },
  ),
  contractCase(
    "a worker has the environment that it was given, exactly [A04]",
    { abilities: ["printEnvironment"] },
    async ({ start, output, language }) => {
      const value = "a 'b' \"c\" $d `e` \\ ä\nnext";
      const worker = await start({ env: { CONTRACT_GIVEN: value } });
      await expect(output(worker, language.printEnvironment("CONTRACT_GIVEN"))).resolves.toBe(
        value,
      );
    },
  ),
  contractCase(
    "a worker has nothing of its host's environment [A04]",
    { abilities: ["printEnvironment"] },
    async ({ start, output, language }) => {
      process.env["CONTRACT_SECRET"] = "secret";
      try {
        await expect(
          output(await start(), language.printEnvironment("CONTRACT_SECRET")),
        ).resolves.toBe("");
      } finally {
        delete process.env["CONTRACT_SECRET"];
      }
    },
  ),
  contractCase(
    "a start heeds no file that was planted in its home or directory [A30]",
    { abilities: ["planted"] },
    async ({ start, run, language, directory }) => {
      for (const [name, content] of Object.entries(language.planted)) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), content);
      }
      const ran = run(await start({ env: { HOME: directory } }), language.print("as ever"));
      await ran.ended;
      expect([ran.text("stdout"), ran.text("stderr")]).toEqual(["as ever", ""]);
    },
  ),
  contractCase(
    "exited stays open while the worker lives [D7]",
    {},
    async ({ start, output, language }) => {
      const worker = await start();
      let hasExited = false;
      void worker.exited.then(() => (hasExited = true));
      await output(worker, language.print("x"));
      expect(hasExited).toBe(false);
    },
  ),
  contractCase(
    "check(), where there is one, takes what can be run [R9.7]",
    {},
    async ({ runtime, language, run, start }) => {
      const ran = run(await start(), language.print("x"));
      const { executionId } = ran;
      const request = { executionId, code: language.print("x"), stdin: null, env: null, cwd: null };
      expect(() =>
        runtime.check?.({ ...request, allowInput: false, trackChanges: false }),
      ).not.toThrow();
      await ran.ended;
    },
  ),
  ...absent("background", ["executeInBackground"]),
  ...absent("checkpoint", ["checkpoint", "restore"]),
  ...absent("fork", ["fork"]),
  ...absent("namespace", ["variables", "setVariable", "deleteVariables"]),
  ...absent("completion", ["complete", "inspect"]),
]);

/** What is not declared is not there, or refuses. */
function absent(
  feature: "background" | "checkpoint" | "fork" | "namespace" | "completion",
  methods: readonly (keyof Worker)[],
) {
  return [
    contractCase(
      `a worker without the feature ${feature} has no ${methods.join("(), ")}(), or refuses with feature_unsupported [R9.7]`,
      { lacks: feature },
      async ({ start, startOptions, soon }) => {
        const worker = await start();
        const calls = {
          executeInBackground: () =>
            worker.executeInBackground?.(
              {
                executionId: "x",
                code: "",
                stdin: null,
                env: null,
                cwd: null,
                allowInput: false,
                trackChanges: false,
              },
              () => {},
            ),
          checkpoint: () => worker.checkpoint?.(async () => {}),
          restore: () => worker.restore?.((async function* () {})()),
          fork: () => worker.fork?.(startOptions()),
          variables: () => worker.variables?.({ names: null, withValues: false }),
          setVariable: () => worker.setVariable?.("a", 1),
          deleteVariables: () => worker.deleteVariables?.(null),
          complete: () => worker.complete?.("a", 1),
          inspect: () => worker.inspect?.("a", 1),
        };
        for (const method of methods) {
          if (worker[method] === undefined) continue;
          const calling = Promise.resolve(calls[method as keyof typeof calls]());
          await expect(soon(calling, String(method))).rejects.toMatchObject({
            code: "feature_unsupported",
          });
        }
      },
    ),
  ];
}
