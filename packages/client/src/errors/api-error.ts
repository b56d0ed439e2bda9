import type { ErrorCode } from "./error-code.ts";

/** What an {@link HoldfastApiError} is made of. */
export interface ApiErrorOptions {
  readonly code: ErrorCode | "unknown";
  readonly status: number;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
}

/** What the server refused, and why. Decide by {@link code}, see {@link isApiError}. */
export class HoldfastApiError extends Error {
  override readonly name = "HoldfastApiError";
  /** Which of the server's refusals it is; `unknown` for an answer that is not the server's own, such as a proxy's. */
  readonly code: ErrorCode | "unknown";
  /** The status of the HTTP answer. */
  readonly status: number;
  /** What the server tells besides, such as `limit` or `allowed`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** By which the server's log has the request. */
  readonly requestId: string | null;
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(options: ApiErrorOptions) {
    super(`[${options.code}] ${options.message}`);
    this.code = options.code;
    this.status = options.status;
    this.details = options.details ?? {};
    this.requestId = options.requestId ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** Whether an error is the server's, and, with codes, whether it is one of these. */
export function isApiError<Code extends ErrorCode | "unknown">(
  error: unknown,
  ...codes: readonly Code[]
): error is HoldfastApiError & { readonly code: Code } {
  return (
    error instanceof HoldfastApiError &&
    (codes.length === 0 || codes.some((one) => one === error.code))
  );
}

/** Reads an answer that is no success. */
export async function apiErrorOf(response: Response): Promise<HoldfastApiError> {
  const { status, headers } = response;
  const text = await response.text().catch(() => "");
  const problem = isProblem(headers) ? parseObject(text) : {};
  const { code, detail, type: _type, title: _title, status: _status, ...details } = problem;
  return new HoldfastApiError({
    code: typeof code === "string" ? (code as ErrorCode) : "unknown",
    status,
    message:
      typeof detail === "string"
        ? detail
        : `the answer was ${status} and not of a Holdfast server; it begins ${JSON.stringify(text.slice(0, 100))}`,
    details,
    requestId: headers.get("x-request-id"),
    retryAfterMs: parseRetryAfter(headers.get("retry-after")),
  });
}

function isProblem(headers: Headers): boolean {
  return /^application\/(?:problem\+)?json/i.test(headers.get("content-type") ?? "");
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function parseRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
