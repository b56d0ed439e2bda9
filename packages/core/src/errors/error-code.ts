/**
 * The closed set of error codes. `status` is the HTTP status that a server answers with, `retry` says whether the
 * same call can succeed later without being changed.
 */
export const errorCodes = {
  invalid_request: { status: 400, retry: "never" },
  unknown_runtime: { status: 400, retry: "never" },
  unauthorized: { status: 401, retry: "never" },
  forbidden: { status: 403, retry: "never" },
  not_found: { status: 404, retry: "never" },
  session_not_found: { status: 404, retry: "never" },
  execution_not_found: { status: 404, retry: "never" },
  checkpoint_not_found: { status: 404, retry: "never" },
  variable_not_found: { status: 404, retry: "never" },
  file_not_found: { status: 404, retry: "never" },
  process_not_found: { status: 404, retry: "never" },
  checkpoint_invalid: { status: 400, retry: "never" },
  method_not_allowed: { status: 405, retry: "never" },
  session_exists: { status: 409, retry: "never" },
  session_busy: { status: 409, retry: "later" },
  input_not_expected: { status: 409, retry: "never" },
  lease_released: { status: 409, retry: "never" },
  idempotency_conflict: { status: 409, retry: "never" },
  session_expired: { status: 410, retry: "never" },
  session_closed: { status: 410, retry: "never" },
  payload_too_large: { status: 413, retry: "never" },
  range_not_satisfiable: { status: 416, retry: "never" },
  too_many_sessions: { status: 429, retry: "later" },
  queue_full: { status: 429, retry: "later" },
  cancelled: { status: 499, retry: "later" },
  internal: { status: 500, retry: "later" },
  feature_unsupported: { status: 501, retry: "never" },
  runtime_unavailable: { status: 501, retry: "never" },
  worker_start_failed: { status: 503, retry: "later" },
  worker_lost: { status: 503, retry: "later" },
  shutting_down: { status: 503, retry: "later" },
  storage_full: { status: 507, retry: "later" },
  store_invalid: { status: 500, retry: "never" },
  store_unavailable: { status: 503, retry: "later" },
  deadline_exceeded: { status: 504, retry: "later" },
  channel_closed: { status: 503, retry: "later" },
  frame_too_large: { status: 413, retry: "never" },
  frame_invalid: { status: 400, retry: "never" },
  message_invalid: { status: 400, retry: "never" },
  protocol_mismatch: { status: 501, retry: "never" },
} as const satisfies Record<string, { status: number; retry: "never" | "later" }>;

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;
