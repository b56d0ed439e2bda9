import { style } from "./terminal/style.ts";

/** What an error is to the one who called the command. */
export interface ReportedError {
  readonly exitCode: number;
  /** For standard error; empty where there is nothing to be said. */
  readonly text: string;
}

const usageCodes: readonly unknown[] = ["invalid_request", "unknown_runtime"];

/** The exit code of an error and its text: one line, and help for who used the command wrongly. */
export function reportError(error: unknown, commandName: string): ReportedError {
  if (!(error instanceof Error)) return failure(1, String(error));
  const code: unknown = "code" in error ? error.code : undefined;
  if (typeof code === "string" && code.startsWith("commander.")) {
    const isHelp = "exitCode" in error && error.exitCode === 0;
    return isHelp ? { exitCode: 0, text: "" } : misuse(commandName, error.message);
  }
  if (error.name === "ReaderGone") return { exitCode: 141, text: "" };
  if (error.name === "UsageError") return misuse(commandName, error.message);
  if (error.name === "ConnectionError") return failure(1, unreachable(error));
  if (code === "unauthorized")
    return failure(1, "the server wants a token: --token, or HOLDFAST_TOKEN");
  const text = error.message.replace(/^\[\w+\] /, "");
  return usageCodes.includes(code) ? misuse(commandName, text) : failure(1, text);
}

function misuse(commandName: string, message: string): ReportedError {
  const text = message
    .replace(/^error: /, "")
    .replace(/^option '(?:-\w, )?(--[\w-]+).*' argument '[^]*' is invalid\. /, "$1: ")
    .replace(/\n\(Did you mean (.*)\?\)$/, "; did you mean $1?");
  return { exitCode: 2, text: `${line(text)}Try ${commandName} --help.\n` };
}

function failure(exitCode: number, text: string): ReportedError {
  return { exitCode, text: line(text) };
}

function line(text: string): string {
  return `${style("red", "holdfast:", process.stderr)} ${text.trimEnd()}\n`;
}

function unreachable(error: Error): string {
  const url = "url" in error && typeof error.url === "string" ? new URL(error.url).origin : "it";
  return `no server answers at ${url}. Start one with: holdfast serve. Or name another with --url or HOLDFAST_URL.`;
}
