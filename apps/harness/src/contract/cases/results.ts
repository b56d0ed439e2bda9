import { type Value, isValue } from "@holdfast/core";
import { expect } from "vitest";
import { contractCase, contractTopic } from "../contract-case.ts";
import { featureMethod } from "../feature-method.ts";

const nested: Value = { a: [1, -2.5, "b ä 🦀", true, null, { c: [] }], d: {} };

export const resultCases = contractTopic("results and displays", [
  contractCase(
    "a result has the value of the last expression, and a repr that is not empty [R1.1]",
    { features: ["results"], abilities: ["evaluate"] },
    async ({ start, run, language }) => {
      const worker = await start();
      for (const value of [0, "", "text", true, [], nested]) {
        const ran = run(worker, language.evaluate(value));
        await ran.ended;
        expect(ran.of("result")).toHaveLength(1);
        const [result] = ran.of("result");
        expect(result?.value).toEqual(value);
        expect(result?.repr).not.toBe("");
        expect(result?.valueTruncated).toBe(false);
      }
    },
  ),
  contractCase(
    "a result comes behind all output [R1.1]",
    { features: ["results"], abilities: ["evaluate", "printLines"] },
    async ({ start, run, language }) => {
      const code = `${language.printLines(20_000)}\n${language.evaluate(7)}`;
      const ran = run(await start(), code);
      await ran.ended;
      expect(ran.events.at(-1)).toMatchObject({ type: "result", value: 7 });
      expect(ran.text("stdout").endsWith("\n20000\n")).toBe(true);
    },
  ),
  contractCase(
    "code without a value has no result [R1.2]",
    { features: ["results"], abilities: ["noValue"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.noValue);
      await ran.ended;
      expect(ran.of("result")).toEqual([]);
    },
  ),
  contractCase(
    "an execution that fails has no result [R1.1]",
    { features: ["results"], abilities: ["evaluate"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), `${language.evaluate(7)}\n${language.fail}`);
      await ran.ended;
      expect(ran.of("result")).toEqual([]);
    },
  ),
  contractCase(
    "a value that the protocol does not have is said to be that, with its repr [D2]",
    { features: ["results"], abilities: ["unrepresentable"] },
    async ({ start, run, language }) => {
      const ran = run(await start(), language.unrepresentable);
      await ran.ended;
      const [result] = ran.of("result");
      expect(result?.repr).not.toBe("");
      expect(result?.value).toMatchObject({ $type: expect.stringMatching(/./) });
      expect(isValue(result?.value)).toBe(true);
    },
  ),
  contractCase(
    "a value of 4 MB arrives, or is said to be cut, and the next execution runs [D5]",
    { features: ["results"], abilities: ["evaluate"] },
    async ({ start, run, output, language }) => {
      const worker = await start();
      const text = "0123456789".repeat(400_000);
      const ran = run(worker, language.evaluate(text));
      await expect(ran.ended).resolves.toMatchObject({ status: "ok" });
      const [result] = ran.of("result");
      expect(result?.value === text || result?.valueTruncated === true).toBe(true);
      await expect(output(worker, language.print("on"))).resolves.toBe("on");
    },
  ),
  contractCase(
    "a display is told as it is shown, between the output around it [R1.6]",
    { features: ["displays"], abilities: ["display"] },
    async ({ start, run, language }) => {
      const code = [language.print("a"), language.display("shown"), language.print("b")].join("\n");
      const ran = run(await start(), code);
      await ran.ended;
      const told = ran.events.flatMap((event) => {
        if (event.type === "stdout") return [event.bytes.toString()];
        return event.type === "display" ? [event.mime["text/plain"]] : [];
      });
      expect(told).toEqual(["a", "shown", "b"]);
      expect(ran.of("display")).toMatchObject([{ update: false }]);
    },
  ),
]);

export const completionCases = contractTopic("completion", [
  contractCase(
    "complete() knows the user's names, and what a match takes the place of [R8.1]",
    { features: ["completion"], abilities: ["remember"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("rememberedname", "1")).ended;
      const completing = featureMethod(worker, "complete")("remembered", 10);
      expect(await soon(completing, "complete()")).toEqual({
        matches: ["rememberedname"],
        start: 0,
        end: 10,
      });
    },
  ),
  contractCase(
    "complete() counts code points, not UTF-16 units or bytes [A24]",
    { features: ["completion"], abilities: ["remember", "evaluate"] },
    async ({ start, run, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("rememberedname", "1")).ended;
      const before = `${language.evaluate("🦀ä")}; `;
      const code = `${before}remembered`;
      const length = [...code].length;
      const completing = featureMethod(worker, "complete")(code, length);
      expect(await soon(completing, "complete()")).toEqual({
        matches: ["rememberedname"],
        start: length - 10,
        end: length,
      });
    },
  ),
  contractCase(
    "complete() has no matches where there are none, and changes nothing [R8.4]",
    { features: ["completion"], abilities: ["remember", "recall"] },
    async ({ start, run, output, soon, language }) => {
      const worker = await start();
      await run(worker, language.remember("kept", "4711")).ended;
      const completing = featureMethod(worker, "complete")("nothingiscalledthis", 19);
      expect((await soon(completing, "complete()")).matches).toEqual([]);
      await expect(output(worker, language.recall("kept"))).resolves.toBe("4711");
    },
  ),
  contractCase(
    "inspect() documents what stands at the cursor, and is null where nothing is known [R8.1]",
    { features: ["completion"], abilities: ["documented"] },
    async ({ start, soon, language: { documented } }) => {
      const inspect = featureMethod(await start(), "inspect");
      const cursor = [...documented].length;
      const found = await soon(inspect(documented, cursor), "inspect()");
      expect(found?.["text/plain"]).toMatch(/./);
      expect(await soon(inspect("nothingiscalledthis", 10), "inspect()")).toBeNull();
    },
  ),
]);
