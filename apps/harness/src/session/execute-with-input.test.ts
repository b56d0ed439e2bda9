import { Session } from "@holdfast/core";
import { describe, expect, test } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { eventually } from "../wait/eventually.ts";
import { executeWithInput } from "./execute-with-input.ts";

/** An execution that asks, takes what is answered, and ends. */
async function openAsking(prompts: readonly string[]) {
  const runtime = new FakeRuntime({ features: ["input"] });
  const session = await Session.open({ runtime });
  const worker = await runtime.workers.take();
  const answers = worker.executions.take().then(async (driven) => {
    for (const [index, prompt] of prompts.entries()) {
      driven.print(`${index}.`);
      driven.tell({ type: "input_request", prompt, password: prompt.includes("word") });
      await eventually(() => driven.written.length > index || driven.hasEnded, { what: "answer" });
    }
    driven.end();
    return driven.written.map(({ data, close }) => (close ? null : data.toString()));
  });
  return { session, answers, [Symbol.asyncDispose]: () => session.close() };
}

describe("executeWithInput()", () => {
  test("answers by text, by pattern, by function, in turn, and with the end of the input [R9.5]", async () => {
    await using asking = await openAsking([
      "name? ",
      "Password: ",
      "again? ",
      "again? ",
      "2 + 3 = ",
    ]);
    const { record, exchanges } = await executeWithInput(asking.session, "code", [
      ["name", "Ada"],
      [/^password/i, "secret"],
      ["again", ["yes", null]],
      [/(\d) \+ (\d)/, (prompt) => (prompt === "2 + 3 = " ? "5" : null)],
    ]);
    expect(record.status).toBe("ok");
    expect(exchanges).toEqual([
      { prompt: "name? ", password: false, answer: "Ada" },
      { prompt: "Password: ", password: true, answer: "secret" },
      { prompt: "again? ", password: false, answer: "yes" },
      { prompt: "again? ", password: false, answer: null },
      { prompt: "2 + 3 = ", password: false, answer: "5" },
    ]);
    expect(await asking.answers).toEqual(["Ada", "secret", "yes", null, "5"]);
  });

  test("tells a prompt that nothing answers, and ends the execution [R9.5]", async () => {
    await using asking = await openAsking(["name? ", "age? "]);
    const executing = executeWithInput(asking.session, "code", [["name", ["Ada"]]]);
    await expect(executing).rejects.toMatchObject({
      code: "input_not_expected",
      message:
        '[input_not_expected] executeWithInput: nothing answers the prompt "age? ", number 2; there are answers to "name"',
      details: { exchanges: [{ prompt: "name? ", password: false, answer: "Ada" }] },
    });
    expect(asking.session.status).not.toBe("busy");
  });

  test("tells a prompt for which no answer is left", async () => {
    await using asking = await openAsking(["name? ", "name? "]);
    const executing = executeWithInput(asking.session, "code", [["name", ["Ada"]]]);
    await expect(executing).rejects.toThrow('nothing answers the prompt "name? ", number 2');
  });

  test("tells at its deadline what was asked and printed until then", async () => {
    const runtime = new FakeRuntime({ features: ["input"] });
    await using session = await Session.open({ runtime });
    const worker = await runtime.workers.take();
    const executing = executeWithInput(session, "code", [[/./, "x"]], { timeoutMs: 50 });
    const driven = await worker.executions.take();
    driven.print("so far");
    driven.tell({ type: "input_request", prompt: "name? ", password: false });
    await expect(executing).rejects.toMatchObject({
      code: "deadline_exceeded",
      message: expect.stringContaining('it has asked "name? ", and printed "so far"'),
    });
  });
});
