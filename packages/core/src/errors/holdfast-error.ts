import { type ErrorCode, errorCodes } from "./error-code.ts";

/** What a {@link HoldfastError} is made of. */
export interface HoldfastErrorOptions {
  readonly code: ErrorCode;
  /** What failed and why, with the limit and what was received where there is one. Without the code. */
  readonly message: string;
  /** Facts for programs: ids, limits, what was received. Plain JSON values. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error of Holdfast. Branch on `code`, never on the text of `message`, which reads `[code] what failed: why`.
 */
export class HoldfastError extends Error {
  override readonly name = "HoldfastError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, message, details = {}, cause }: HoldfastErrorOptions) {
    super(`[${code}] ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** Whether the same call can succeed later without being changed. */
  get canRetry(): boolean {
    return errorCodes[this.code].retry === "later";
  }

  /** True for a HoldfastError of this or of another copy of the package. */
  static is(value: unknown): value is HoldfastError {
    return value instanceof Error && value.name === "HoldfastError" && "code" in value;
  }
}
