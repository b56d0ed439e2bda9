import { type ErrorCode, HoldfastError, errorCodes } from "@holdfast/core";
import type { z } from "zod";

const titles: Partial<Record<ErrorCode, string>> = { internal: "Something went wrong here" };

/** An error as `application/problem+json` (RFC 9457). What is not ours says nothing of its inside. */
export function problemResponse(error: unknown): Response {
  const known = HoldfastError.is(error)
    ? error
    : new HoldfastError({ code: "internal", message: "the request could not be carried out" });
  const { status } = errorCodes[known.code];
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 429 || status === 503) headers["retry-after"] = "1";
  if (status === 401) headers["www-authenticate"] = "Bearer";
  const body = {
    ...known.details,
    type: `urn:holdfast:error:${known.code}`,
    title: titles[known.code] ?? known.code.replaceAll("_", " "),
    status,
    code: known.code,
    detail: known.message.replace(/^\[\w+\] /, ""),
  };
  return new Response(JSON.stringify(body), { status: status === 499 ? 503 : status, headers });
}

/** What a request lacks, by field. */
export function invalidRequest(error: z.core.$ZodError): HoldfastError {
  const issues = error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const [first] = issues;
  return new HoldfastError({
    code: "invalid_request",
    message: `request: ${first?.path === "" ? "" : `field ${first?.path}: `}${first?.message ?? "invalid"}`,
    details: { issues },
  });
}
