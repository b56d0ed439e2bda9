import type { TypedResponse } from "hono";
import type { StatusCode } from "hono/utils/http-status";

/** A JSON answer. Plain headers, since making `Headers` costs more than the rest of a small answer. */
export function sendJson<Value>(value: Value): Response & TypedResponse<Value, 200, "json">;
export function sendJson<Value, Status extends StatusCode>(
  value: Value,
  status: Status,
): Response & TypedResponse<Value, Status, "json">;
export function sendJson(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });
}
