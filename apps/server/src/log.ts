import { HoldfastError } from "@holdfast/core";
import type { AppOptions } from "./app-options.ts";

type LoggedRequest = Parameters<NonNullable<AppOptions["onRequest"]>>[0];

/** What the server process tells about itself, on stderr. */
export interface Log {
  readonly request: (request: LoggedRequest) => void;
  readonly error: (error: unknown) => void;
  readonly note: (text: string) => void;
}

/** How much is logged: requests too, errors and notes, or nothing. */
export const logLevels = ["requests", "errors", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How it is written: one JSON object a line, or text for people. */
export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

/** How {@link createLog} writes. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** What is never written, such as tokens; `[redacted]` stands in its place. Those under 8 characters are left. */
  readonly secrets?: readonly (string | null | undefined)[];
  /** @default stderr */
  readonly stream?: NodeJS.WritableStream;
}

const maxPathLength = 500;
const maxCauses = 8;
const maxWaitingBytes = 1 << 20;

/**
 * Nothing that a client sends can begin a line, or be taken for one. No tokens, no bodies, no query strings. What cannot
 * be written is dropped: a log that is full or closed stops nothing.
 */
export function createLog(options: LogOptions): Log {
  const { level, format, secrets = [], stream = process.stderr } = options;
  const known = secrets.filter((one): one is string => (one?.length ?? 0) >= 8);
  const redacted = (text: string) =>
    known.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
  stream.on("error", () => {});
  const write = (fields: Readonly<Record<string, unknown>>, text: string) => {
    if (level === "silent" || waiting(stream) > maxWaitingBytes) return;
    const time = new Date().toISOString();
    stream.write(
      format === "text"
        ? `${time.slice(11, 19)} ${text}\n`
        : `${JSON.stringify({ time, ...fields })}\n`,
    );
  };
  const say = (name: "warn" | "error", text: string) => {
    const message = redacted(text);
    // Lines of our own, such as those of a stack, are indented.
    write({ level: name, message }, message.split("\n").map(printable).join("\n  "));
  };
  return {
    request: ({ path, durationMs, ...rest }) => {
      if (level !== "requests") return;
      const shown = redacted(path).slice(0, maxPathLength);
      const rounded = Math.round(durationMs * 1000) / 1000;
      const { status, method, token, id } = rest;
      write(
        { level: "info", ...rest, method: method.slice(0, 20), path: shown, durationMs: rounded },
        printable(`${status} ${method} ${shown} ${durationMs.toFixed(1)} ms ${token ?? "-"} ${id}`),
      );
    },
    error: (error) => say("error", withCauses(error)),
    note: (text) => say("warn", text),
  };
}

/** An error with its stack, and with those that it came from. */
function withCauses(error: unknown, left = maxCauses): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  if (error.cause === undefined || left === 0) return own;
  return `${own}\ncaused by ${withCauses(error.cause, left - 1)}`;
}

/** `HOLDFAST_LOG`. @throws HoldfastError `invalid_request` */
export function logLevelOf(text: string | undefined): LogLevel {
  return oneOf("HOLDFAST_LOG", text, logLevels, process.stderr.isTTY ? "errors" : "requests");
}

/** `HOLDFAST_LOG_FORMAT`. @throws HoldfastError `invalid_request` */
export function logFormatOf(text: string | undefined): LogFormat {
  return oneOf("HOLDFAST_LOG_FORMAT", text, logFormats, process.stderr.isTTY ? "text" : "json");
}

function oneOf<Name extends string>(
  variable: string,
  text: string | undefined,
  allowed: readonly Name[],
  otherwise: Name,
): Name {
  if (text === undefined || text === "") return otherwise;
  const found = allowed.find((one) => one === text);
  if (found !== undefined) return found;
  throw new HoldfastError({
    code: "invalid_request",
    message: `${variable}: received ${JSON.stringify(text)}, allowed ${allowed.join(", ")}`,
  });
}

function waiting(stream: NodeJS.WritableStream): number {
  return "writableLength" in stream ? Number(stream.writableLength) : 0;
}

function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, "?");
}
