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

/**
 * One line each: for people where stderr is a terminal, JSON else. No tokens, no bodies, no query strings. What cannot be
 * written is dropped: a log that is full or closed stops nothing.
 */
export function createLog(level: LogLevel, stream: NodeJS.WriteStream = process.stderr): Log {
  const isTerminal = stream.isTTY;
  stream.on("error", () => {});
  const write = (fields: Readonly<Record<string, unknown>>, text: string) => {
    if (level === "silent" || stream.writableLength > 1 << 20) return;
    const time = new Date().toISOString();
    stream.write(
      isTerminal ? `${time.slice(11, 19)} ${text}\n` : `${JSON.stringify({ time, ...fields })}\n`,
    );
  };
  return {
    request: ({ id, method, path, status, durationMs }) => {
      if (level !== "requests") return;
      const duration = Math.round(durationMs * 1000) / 1000;
      write(
        { level: "info", id, method, path: path.slice(0, 500), status, durationMs: duration },
        `${status} ${method} ${printable(path.slice(0, 200))} ${durationMs.toFixed(1)} ms`,
      );
    },
    error: (error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      write({ level: "error", message: text }, text);
    },
    note: (text) => write({ level: "warn", message: text }, text),
  };
}

function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, "?");
}
