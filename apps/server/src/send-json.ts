/** A JSON answer. Plain headers, since making `Headers` costs more than the rest of a small answer. */
export function sendJson(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });
}
