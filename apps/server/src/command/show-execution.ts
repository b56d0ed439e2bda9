import type { ExecutionEnd } from "@holdfast/client";
import { languageOf } from "./repl/language.ts";
import { formatDuration } from "./terminal/format.ts";
import { style } from "./terminal/style.ts";

/** Code with the prompts of its language, one line each. */
export function promptedCode(code: string, runtime: string): string {
  const { prompt, continuation } = languageOf(runtime);
  return code
    .replace(/\n$/, "")
    .split("\n")
    .map((line, at) => `${style("cyan", at === 0 ? prompt : continuation)}${line}\n`)
    .join("");
}

/** What there is to say about the end of an execution; empty when it ended as it should. */
export function endNote({ status, exitCode, signal, sessionState }: ExecutionEnd): string {
  const state =
    sessionState === "lost"
      ? "; its state is gone"
      : sessionState === "restored"
        ? "; its state is that of the last checkpoint"
        : "";
  switch (status) {
    case "ok":
      return exitCode === null || exitCode === 0 ? "" : `[exit ${exitCode}]`;
    case "error":
      return state === "" ? "" : `[error${state}]`;
    case "interrupted":
    case "timeout":
      return `[${status}${state}]`;
    case "lost":
      return `[the worker ended with ${signal ?? exitCode ?? "no word"}${state}]`;
    case "queued":
    case "running":
      return `[${status}]`;
    default:
      return status satisfies never;
  }
}

/** When it ran and for how long, for a log. */
export function executionHead({ id, startedAt, status, durationMs }: ExecutionEnd): string {
  const time = startedAt === null ? "not yet" : new Date(startedAt).toLocaleString("sv");
  const isRunning = status === "running" || status === "queued";
  return style("dim", `${time}  ${id}  ${isRunning ? status : formatDuration(durationMs)}`);
}
