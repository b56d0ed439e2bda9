import type { Session } from "@holdfast/client";
import { endNote } from "../show-execution.ts";
import { print } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { CleanUp } from "./clean-up.ts";
import { complete } from "./complete.ts";
import { followOthers } from "./follow-others.ts";
import { HistoryFile } from "./history-file.ts";
import { languageOf } from "./language.ts";
import { LineReader } from "./line-reader.ts";
import { readCode } from "./read-code.ts";
import { Runner } from "./runner.ts";

/** What a prompt is for. */
export interface ReplOptions {
  readonly session: Session;
  readonly runtime: string;
  /** Whether the session ends with the prompt, and the prompt with the session. */
  readonly isOurs: boolean;
  /** Whether it shows what others run in the session. */
  readonly follows: boolean;
}

/** Reads code, runs it, shows what it does, until Ctrl-D; answers the exit code to end with. */
export async function runRepl({ session, runtime, isOurs, follows }: ReplOptions): Promise<number> {
  const history = new HistoryFile(runtime);
  const language = languageOf(runtime);
  let before = "";
  let hasFailed = false;
  const interrupts = { run: () => {} };
  using reader = new LineReader({
    input: process.stdin,
    output: process.stdout,
    history: history.read(),
    onHistory: (line) => history.add(line),
    complete: (line) => complete(session, before, line),
    onInterrupt: () => interrupts.run(),
  });
  const runner = new Runner({ session, reader, asksForInput: language.asksForInput });
  interrupts.run = () => runner.interrupt();
  using cleanUp = new CleanUp();
  cleanUp.use(takeSignals(runner));
  if (reader.isTerminal) await print(`${style("dim", await banner(session, runtime, isOurs))}\n`);
  if (follows) cleanUp.use(followOthers({ session, runtime, reader, runner }));
  for (;;) {
    const typed = await readCode(reader, language, {
      paint: (prompt) =>
        reader.isTerminal ? style(["bold", hasFailed ? "red" : "green"], prompt) : "",
      onLines: (lines) => void (before = lines),
    });
    if (runner.endedBy !== null) return runner.endedBy;
    if (typed.type === "end") return 0;
    if (typed.type !== "code" || typed.code === "") continue;
    const end = await runner.run(typed.code);
    if (runner.endedBy !== null) return runner.endedBy;
    hasFailed = end.status !== "ok" || (end.exitCode ?? 0) !== 0;
    const left = end.status === "lost" && end.signal === null && end.exitCode !== null;
    if (left && isOurs) return end.exitCode ?? 0;
    // A KeyboardInterrupt has told already.
    const isTold = end.status === "ok" || (end.error !== null && end.sessionState === "kept");
    const text = isTold ? "" : endNote(end);
    if (text !== "") await print(`${style("yellow", text)}\n`);
  }
}

async function banner(session: Session, runtime: string, isOurs: boolean): Promise<string> {
  const { state, executionCount } = await session.info();
  const leave = isOurs ? "Ctrl-D ends it" : "Ctrl-D leaves it as it is";
  const what = isOurs
    ? `holdfast ${runtime}`
    : `${runtime} session ${session.id}, ${state}, ${executionCount} ${executionCount === 1 ? "execution" : "executions"} so far`;
  return `${what}. Tab completes, Ctrl-C interrupts, ${leave}.`;
}

/** SIGTERM and SIGHUP end what runs, and then the prompt. */
function takeSignals(runner: Runner): Disposable {
  const interrupt = () => runner.interrupt();
  const end = (signal: NodeJS.Signals) => runner.end(signal === "SIGTERM" ? 143 : 129);
  process.on("SIGINT", interrupt).on("SIGTERM", end).on("SIGHUP", end);
  return {
    [Symbol.dispose]: () =>
      void process.off("SIGINT", interrupt).off("SIGTERM", end).off("SIGHUP", end),
  };
}
