import type { Execution, ExecutionRecord } from "@holdfast/core";

/**
 * Answers each input request of an execution with the next of `answers`, and ends the input when none is left. Start it
 * right after the execution, which needs `allowInput`; it settles with the end of the execution.
 * @returns the record, and the prompts in the order in which they came
 */
export async function answerInput(
  execution: Execution,
  answers: readonly string[],
): Promise<{ readonly record: ExecutionRecord; readonly prompts: readonly string[] }> {
  const prompts: string[] = [];
  for await (const event of execution.events()) {
    if (event.type !== "input_request") continue;
    const answer = answers[prompts.length];
    prompts.push(event.prompt);
    await (answer === undefined ? execution.write("", { close: true }) : execution.write(answer));
  }
  return { record: await execution.ended, prompts };
}
