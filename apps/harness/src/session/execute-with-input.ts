import {
  type Execution,
  type ExecutionRecord,
  type ExecuteOptions,
  HoldfastError,
  type Session,
  within,
} from "@holdfast/core";

/**
 * What is answered to a prompt. A text is found in the prompt anywhere, a pattern as patterns are. One answer serves every
 * prompt that it suits; of a list each serves one, in order; a function is given the prompt. `null` ends the input.
 */
export type InputAnswer = readonly [
  prompt: string | RegExp,
  answer: string | null | readonly (string | null)[] | ((prompt: string) => string | null),
];

/** A question that came, and what it was answered. */
export interface InputExchange {
  readonly prompt: string;
  /** Whether the answer was not to be shown. */
  readonly password: boolean;
  readonly answer: string | null;
}

/** How {@link executeWithInput} executes. */
export interface ExecuteWithInputOptions extends Omit<ExecuteOptions, "allowInput" | "timeoutMs"> {
  /** Milliseconds until it is given up. @default 10_000 */
  readonly timeoutMs?: number;
}

/** What {@link executeWithInput} came to. */
export interface ExecutedWithInput {
  readonly execution: Execution;
  readonly record: ExecutionRecord;
  /** In the order in which they were asked. */
  readonly exchanges: readonly InputExchange[];
}

/**
 * Executes code that asks for input, and answers each prompt by the first entry of `answers` that suits and has an answer left.
 * When it throws, the execution has been ended by force.
 * @throws HoldfastError `input_not_expected` for a prompt that nothing answers, with what was asked before
 *   (`details.exchanges`); `deadline_exceeded`, with that and the output so far
 */
export async function executeWithInput(
  session: Session,
  code: string,
  answers: readonly InputAnswer[],
  { timeoutMs = 10_000, ...options }: ExecuteWithInputOptions = {},
): Promise<ExecutedWithInput> {
  const execution = session.execute(code, { ...options, allowInput: true });
  const exchanges: InputExchange[] = [];
  const answering = answerAll(execution, answers, exchanges);
  try {
    await within(answering, { timeoutMs, what: "executeWithInput" });
  } catch (cause) {
    await execution.kill();
    await answering.catch(() => {});
    if (!HoldfastError.is(cause) || cause.code !== "deadline_exceeded") throw cause;
    const asked = exchanges.map(({ prompt }) => JSON.stringify(prompt)).join(", ") || "nothing";
    const output = execution.stdout.toString();
    throw new HoldfastError({
      code: "deadline_exceeded",
      message: `executeWithInput: not at its end within ${timeoutMs} ms; it has asked ${asked}, and printed ${JSON.stringify(output.slice(-500))}`,
      details: { timeoutMs, exchanges, stdout: output },
      cause,
    });
  }
  return { execution, record: await execution.ended, exchanges };
}

async function answerAll(
  execution: Execution,
  answers: readonly InputAnswer[],
  exchanges: InputExchange[],
): Promise<void> {
  const used = new Map<InputAnswer, number>();
  for await (const event of execution.events()) {
    if (event.type !== "input_request") continue;
    const { prompt, password } = event;
    const answer = answerTo(prompt, answers, used);
    if (answer === undefined) throw unanswered(prompt, answers, exchanges);
    exchanges.push({ prompt, password, answer });
    await (answer === null ? execution.write("", { close: true }) : execution.write(answer));
  }
}

function answerTo(
  prompt: string,
  answers: readonly InputAnswer[],
  used: Map<InputAnswer, number>,
): string | null | undefined {
  for (const entry of answers) {
    const [pattern, answer] = entry;
    const suits =
      typeof pattern === "string" ? prompt.includes(pattern) : prompt.search(pattern) !== -1;
    if (!suits) continue;
    if (typeof answer === "function") return answer(prompt);
    if (typeof answer === "string" || answer === null) return answer;
    const count = used.get(entry) ?? 0;
    used.set(entry, count + 1);
    if (count < answer.length) return answer[count];
  }
  return undefined;
}

function unanswered(
  prompt: string,
  answers: readonly InputAnswer[],
  exchanges: readonly InputExchange[],
): HoldfastError {
  const known = answers.map(([pattern]) =>
    typeof pattern === "string" ? JSON.stringify(pattern) : String(pattern),
  );
  return new HoldfastError({
    code: "input_not_expected",
    message: `executeWithInput: nothing answers the prompt ${JSON.stringify(prompt)}, number ${exchanges.length + 1}; there are answers to ${known.join(", ") || "nothing"}`,
    details: { prompt, exchanges },
  });
}
