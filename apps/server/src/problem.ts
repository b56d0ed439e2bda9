import { type ErrorCode, HoldfastError, errorCodes } from "@holdfast/core";
import type { z } from "zod";

const titles: Partial<Record<ErrorCode, string>> = { internal: "Something went wrong here" };

/** An error as `application/problem+json` (RFC 9457). What is not ours says nothing of its inside. */
export function problemResponse(error: unknown): Response {
  const { status, headers, body } = problem(error);
  return new Response(body, { status, headers });
}

/** What {@link problemResponse} is made of. */
export function problem(error: unknown): {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
} {
  const known = forClients(error);
  // 499 is for logs: no client is left to read it, and some libraries know no such status.
  const status = known.code === "cancelled" ? 503 : errorCodes[known.code].status;
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 429 || status === 503) headers["retry-after"] = retryAfter(known.details);
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (Array.isArray(known.details["allowedMethods"]))
    headers["allow"] = known.details["allowedMethods"].join(", ");
  if (status === 416) headers["content-range"] = `bytes */${Number(known.details["sizeBytes"])}`;
  const body = JSON.stringify({
    ...known.details,
    type: `urn:holdfast:error:${known.code}`,
    title: titles[known.code] ?? known.code.replaceAll("_", " "),
    status,
    code: known.code,
    detail: known.message.replace(/^\[\w+\] /, ""),
  });
  return { status, headers, body };
}

/** A target that is no path, or a Host that is no name. */
export function badTarget(): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: "request: its target is no path, or its Host is no name",
  });
}

/** In seconds, at least one. */
function retryAfter({ retryAfterMs }: HoldfastError["details"]): string {
  return String(Math.max(1, Math.ceil(Number(retryAfterMs ?? 0) / 1_000)));
}

/** Whether an error is of what goes on inside: for the log as a whole, and for clients without its words. */
export function isInside(error: unknown): boolean {
  return forClients(error) !== error;
}

/** An error as clients may know it: where things are kept here, and what goes on inside, is for the log. */
export function forClients(error: unknown): HoldfastError {
  if (!HoldfastError.is(error))
    return insideError("internal", "the request could not be carried out");
  switch (error.code) {
    case "internal":
      return insideError(error.code, "the request could not be carried out");
    case "store_unavailable":
      return insideError(
        error.code,
        "what has to be stored first cannot be at the moment; nothing was run",
      );
    case "store_invalid":
      return insideError(error.code, "what was stored cannot be read");
    case "storage_full":
      // Of a path that the client itself has named, it says so; else of where checkpoints are.
      return "errno" in error.details
        ? insideError(error.code, "there is no room for what has to be stored")
        : error;
    default:
      return error;
  }
}

function insideError(code: ErrorCode, message: string): HoldfastError {
  return new HoldfastError({ code, message });
}

/** What a request lacks, field by field, with what was received instead. */
export function invalidRequest(error: z.core.$ZodError, request: unknown): HoldfastError {
  const issues = error.issues.slice(0, 10).map(({ path, message }) => ({
    path: path.join("."),
    message,
    received: shown(path.reduce<unknown>(property, request)),
  }));
  const [first] = issues;
  const field = first?.path === "" ? "" : `field ${first?.path}: `;
  return new HoldfastError({
    code: "invalid_request",
    message: `request: ${field}${first?.message ?? "invalid"}; received ${first?.received}`,
    details: { issues },
  });
}

function property(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
