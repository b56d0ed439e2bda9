import { InvalidArgumentError, Option } from "commander";

/** The options of every command that speaks to a server. */
export interface ServerOptions {
  readonly url?: string;
  readonly token?: string;
}

/** The option of every command that can answer programs. */
export interface JsonOption {
  readonly json?: boolean;
}

const maxDelayMs = 2 ** 31 - 1;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `--url` and `--token`, each also from the environment. */
export function serverOptions(): readonly Option[] {
  return [
    new Option("-u, --url <url>", "the server").env("HOLDFAST_URL").helpGroup("Server:"),
    new Option("--token <token>", "its bearer token; prefer the variable")
      .env("HOLDFAST_TOKEN")
      .helpGroup("Server:"),
  ];
}

export function jsonOption(what = "print JSON"): Option {
  return new Option("--json", what);
}

/** A duration in milliseconds: `1500`, `1500ms`, `90s`, `5m`, `2h`. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const [, digits = "", unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = digits === "" ? 0 : Math.round(Number(digits) * (unitMs[unit] ?? 1));
  if (ms >= 1 && ms <= maxDelayMs) return ms;
  throw received(text, "milliseconds, or a number with ms, s, m or h, up to 24 days");
}

/** {@link parseDuration}, or `never`. @throws InvalidArgumentError */
export function parseTimeout(text: string): number | "never" {
  return text === "never" ? text : parseDuration(text);
}

/** A whole number in a range. @throws InvalidArgumentError */
export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw received(text, `a whole number from ${min} to ${max}`);
  };
}

/** Collects `NAME=VALUE` words of an option that may be repeated. @throws InvalidArgumentError */
export function collectVariable(
  word: string,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(word);
  if (match === null) throw received(word, "NAME=VALUE");
  return { ...others, [match[1] as string]: match[2] as string };
}

/** Collects `KEY=VALUE` words, whose keys may be any text. @throws InvalidArgumentError */
export function collectLabel(
  word: string,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = word.indexOf("=");
  if (at < 1) throw received(word, "KEY=VALUE");
  return { ...others, [word.slice(0, at)]: word.slice(at + 1) };
}

function received(text: string, allowed: string): InvalidArgumentError {
  return new InvalidArgumentError(`received ${JSON.stringify(text)}, allowed ${allowed}`);
}
