import { readFileSync, statSync } from "node:fs";
import { HoldfastError } from "@holdfast/core";
import { type TokenOptions, tokensSchema } from "./token-options.ts";

/**
 * Reads the tokens of `HOLDFAST_TOKENS_FILE`: a JSON list, see docs/security.md. A note says when others than its owner can
 * read the file.
 * @throws HoldfastError `invalid_request` that names the file, the entry and the field, and never a token
 */
export function readTokensFile(path: string): {
  readonly tokens: readonly TokenOptions[];
  readonly notes: readonly string[];
} {
  const text = contents(path);
  const mode = statSync(path).mode & 0o777;
  const notes =
    (mode & 0o077) === 0
      ? []
      : [`${path}: others than its owner can read it; chmod 600 mends that`];
  const result = tokensSchema.safeParse(parsed(path, text));
  if (result.success) return { tokens: result.data, notes };
  const [issue] = result.error.issues;
  throw invalid(path, `${issue?.path.join(".") || "list"}: ${issue?.message ?? "invalid"}`);
}

function contents(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw invalid(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** What JSON says of an error would show a piece of the text. */
function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(path, "it is no JSON");
  }
}

function invalid(path: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_TOKENS_FILE ${path}: ${why}`,
    cause,
  });
}
