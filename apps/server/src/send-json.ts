import type { TypedResponse } from "hono";
import type { StatusCode } from "hono/utils/http-status";

/** A JSON answer. Plain headers, since making `Headers` costs more than the rest of a small answer. */
export function sendJson<Value, Status extends StatusCode = 200>(
  value: Value,
  status?: Status,
): Response & TypedResponse<Value, Status, "json"> {
  return new Response(JSON.stringify(value), {
    status: status ?? 200,
    headers: { "content-type": "application/json" },
  }) as Response & TypedResponse<Value, Status, "json">;
}
