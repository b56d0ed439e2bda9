import { HoldfastError } from "../errors/holdfast-error.ts";

/** A claim needs its session to be stored. */
export function sessionNotStored(sessionId: string): HoldfastError {
  return new HoldfastError({
    code: "store_unavailable",
    message: `session ${sessionId}: it is not in the store yet`,
    details: { sessionId },
  });
}

/** Of a page of history that begins at something unknown. */
export function executionNotStored(sessionId: string, executionId: string): HoldfastError {
  return new HoldfastError({
    code: "execution_not_found",
    message: `execution ${executionId}: not stored with session ${sessionId}`,
    details: { sessionId, executionId },
  });
}

/** Of every call after the end. */
export function storeClosed(): HoldfastError {
  return new HoldfastError({ code: "store_unavailable", message: "the store is closed" });
}
