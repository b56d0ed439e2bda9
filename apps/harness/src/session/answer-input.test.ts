import { Session } from "@holdfast/core";
import { expect, test } from "vitest";
import { FakeRuntime } from "../fake/fake-runtime.ts";
import { eventually } from "../wait/eventually.ts";
import { answerInput } from "./answer-input.ts";

test("answerInput() answers each request with the next answer, then ends the input [R9.5]", async () => {
  const runtime = new FakeRuntime({ features: ["input"] });
  await using session = await Session.open({ runtime });
  const execution = session.execute("code", { allowInput: true });
  const answering = answerInput(execution, ["Ada"]);
  const driven = await (await runtime.workers.take()).executions.take();
  driven.tell({ type: "input_request", prompt: "name? ", password: false });
  driven.tell({ type: "input_request", prompt: "age? ", password: true });
  await eventually(() => driven.written.length === 2, { what: "two answers" });
  driven.end();
  await expect(answering).resolves.toMatchObject({
    record: { status: "ok" },
    prompts: ["name? ", "age? "],
  });
  expect(driven.written.map(({ data, close }) => [data.toString(), close])).toEqual([
    ["Ada", false],
    ["", true],
  ]);
});
