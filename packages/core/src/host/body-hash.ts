import { createHash } from "node:crypto";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { HostExecuteOptions } from "./host-options.ts";

const keyPattern = /^[\x20-\x7e]{1,255}$/;

/** SHA-256 of all that was asked for, the same whatever the order of names and whether a default was written out. */
export function bodyHash(code: string, options: HostExecuteOptions): string {
  const { stdin, env, cwd, timeoutMs, timeoutFrom = "start", id } = options;
  const { allowInput, background, trackChanges, onError } = options;
  const body = [
    code,
    stdin === undefined ? null : Buffer.from(stdin).toString("base64"),
    env === undefined ? null : Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    cwd ?? null,
    timeoutMs === undefined ? "default" : timeoutMs,
    timeoutFrom,
    allowInput ?? false,
    background ?? false,
    trackChanges ?? false,
    onError ?? "keep",
    id ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

/** @throws HoldfastError `invalid_request` */
export function checkIdempotencyKey(key: string): string {
  if (keyPattern.test(key)) return key;
  const received = key.slice(0, 100);
  throw new HoldfastError({
    code: "invalid_request",
    message: `idempotency key: received ${JSON.stringify(received)}, allowed 1 to 255 printable ASCII characters`,
    details: { received, allowed: keyPattern.source },
  });
}

/** @throws HoldfastError `idempotency_conflict` when the key was first used for something else */
export function checkSameBody(key: string, first: string, now: string, executionId: string): void {
  if (first === now) return;
  throw new HoldfastError({
    code: "idempotency_conflict",
    message: `idempotency key ${key}: it was first used for another request, that of execution ${executionId}`,
    details: { idempotencyKey: key, executionId },
  });
}
