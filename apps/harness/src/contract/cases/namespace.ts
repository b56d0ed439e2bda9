import type { Worker } from "@holdfast/core";
import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

async function names(worker: Worker): Promise<readonly string[]> {
  const variables = await featureMethod(worker, "variables")({ names: null, withValues: false });
  return variables.map(({ name }) => name).toSorted();
}

export const namespaceCases = contractTopic("namespace", [
  contractCase(
    "variables() of a new worker are none: nothing of the adapter's own is seen [R8.1]",
    { features: ["namespace"] },
    async ({ start, soon }) => {
      await expect(soon(names(await start()), "variables()")).resolves.toEqual([]);
    },
  ),
  contractCase(
    "variables() lists what code has kept, with type and repr, values only on request [R8.1]",
    { features: ["namespace"], abilities: ["remember"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "4711")).ended;
      await run(worker, language.remember("other", "12")).ended;
      expect(await soon(names(worker), "variables()")).toEqual(["kept", "other"]);
      const variables = featureMethod(worker, "variables");
      const [plain] = await soon(variables({ names: ["kept"], withValues: false }), "variables()");
      expect(plain).toMatchObject({
        name: "kept",
        type: expect.stringMatching(/./),
        repr: expect.stringContaining("4711"),
        value: null,
      });
      const [valued] = await soon(variables({ names: ["kept"], withValues: true }), "variables()");
      expect(valued).toMatchObject({ name: "kept", value: "4711", valueTruncated: false });
    },
  ),
  contractCase(
    "variables() by name are those that there are [R8.1]",
    { features: ["namespace"], abilities: ["remember"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      for (const name of ["one", "two", "three"])
        await run(worker, language.remember(name, "1")).ended;
      const asking = featureMethod(
        worker,
        "variables",
      )({
        names: ["two", "none"],
        withValues: false,
      });
      expect((await soon(asking, "variables()")).map(({ name }) => name)).toEqual(["two"]);
    },
  ),
  contractCase(
    "setVariable() gives code a variable [R8.1]",
    { features: ["namespace"], abilities: ["recall"] },
    async ({ start, output, soon, language }) => {
      const worker = await start();
      const text = "a 'b' \"c\" $d `e` \\ ä 🦀\nnext";
      await soon(featureMethod(worker, "setVariable")("kept", text), "setVariable()");
      await expect(output(worker, language.recall("kept"))).resolves.toBe(text);
      await soon(featureMethod(worker, "setVariable")("kept", "2"), "setVariable()");
      await expect(output(worker, language.recall("kept"))).resolves.toBe("2");
    },
  ),
  contractCase(
    "setVariable() refuses a name that cannot be with invalid_request, and sets nothing [R8.1]",
    { features: ["namespace"] },
    async ({ start, soon }) => {
      const worker = await start();
      for (const name of ["1x", "a b", "a;b", ""]) {
        const setting = featureMethod(worker, "setVariable")(name, "1");
        await expect(soon(setting, "setVariable()")).rejects.toMatchObject({
          code: "invalid_request",
        });
      }
      await expect(soon(names(worker), "variables()")).resolves.toEqual([]);
    },
  ),
  contractCase(
    "deleteVariables() removes those that are named [R8.1]",
    { features: ["namespace"], abilities: ["remember", "recall"] },
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      for (const name of ["one", "two"]) await run(worker, language.remember(name, "1")).ended;
      await soon(featureMethod(worker, "deleteVariables")(["one"]), "deleteVariables()");
      await expect(output(worker, language.recall("one"))).resolves.toBe("");
      await expect(output(worker, language.recall("two"))).resolves.toBe("1");
    },
  ),
  contractCase(
    "deleteVariables() refuses a name that is not there with variable_not_found, and removes nothing [R8.1]",
    { features: ["namespace"], abilities: ["remember"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "1")).ended;
      const deleting = featureMethod(worker, "deleteVariables")(["kept", "none"]);
      await expect(soon(deleting, "deleteVariables()")).rejects.toMatchObject({
        code: "variable_not_found",
      });
      await expect(soon(names(worker), "variables()")).resolves.toEqual(["kept"]);
    },
  ),
  contractCase(
    "deleteVariables() without names removes all, and code runs as before [R8.1]",
    { features: ["namespace"], abilities: ["remember"] },
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      for (const name of ["one", "two"]) await run(worker, language.remember(name, "1")).ended;
      await soon(featureMethod(worker, "deleteVariables")(null), "deleteVariables()");
      await expect(soon(names(worker), "variables()")).resolves.toEqual([]);
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
]);

const none = { added: [], changed: [], removed: [], modules: [] };

export const changesCases = contractTopic("changes", [
  ...(
    [
      ["added", { added: ["kept"] }],
      ["changed", { changed: ["kept"] }],
      ["removed", { removed: ["kept"] }],
    ] as const
  ).map(([kind, expected]) =>
    contractCase(
      `an execution tells on request what it has ${kind} [R8.1]`,
      { features: ["changes"], abilities: ["remember", "forget"] },
      async ({ start, run, language }) => {
        const worker = await start();
        if (kind !== "added") await run(worker, language.remember("kept", "1")).ended;
        const code = kind === "removed" ? language.forget("kept") : language.remember("kept", "2");
        const ran = run(worker, { code, trackChanges: true });
        await ran.ended;
        expect(ran.of("changes")).toEqual([{ type: "changes", ...none, ...expected }]);
      },
    ),
  ),
  contractCase(
    "an execution that fails tells its changes too [R8.1]",
    { features: ["changes"], abilities: ["remember"] },
    async ({ start, run, language }) => {
      const code = `${language.remember("kept", "1")}\n${language.fail}`;
      const ran = run(await start(), { code, trackChanges: true });
      await ran.ended;
      expect(ran.of("changes")).toMatchObject([{ added: ["kept"] }]);
    },
  ),
  contractCase(
    "changes are told when they are asked for only [R8.1]",
    { features: ["changes"], abilities: ["remember"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.remember("kept", "1"));
      await ran.ended;
      expect(ran.of("changes")).toEqual([]);
    },
  ),
]);
