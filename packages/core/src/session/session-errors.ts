import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Feature } from "../worker/worker.ts";

/** There is no room for one more execution. */
export function queueFull(sessionId: string, received: number): HoldfastError {
  return new HoldfastError({
    code: "queue_full",
    message: `execution in session ${sessionId}: ${received} wait or run already, the most that are allowed`,
    details: { sessionId, received },
  });
}

/** Its runtime cannot do this. */
export function unsupported(
  sessionId: string,
  runtime: string,
  what: string,
  feature: Feature,
): HoldfastError {
  return new HoldfastError({
    code: "feature_unsupported",
    message: `${what} in session ${sessionId}: the ${runtime} runtime has none`,
    details: { sessionId, runtime, feature },
  });
}

export function sessionClosed(sessionId: string): HoldfastError {
  return new HoldfastError({
    code: "session_closed",
    message: `session ${sessionId} is closed`,
    details: { sessionId },
  });
}

export function executionNotFound(sessionId: string, executionId: string): HoldfastError {
  return new HoldfastError({
    code: "execution_not_found",
    message: `execution ${executionId}: not known in session ${sessionId}`,
    details: { sessionId, executionId },
  });
}

export function idTaken(sessionId: string, executionId: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `execution ${executionId}: the id is taken in session ${sessionId}`,
    details: { sessionId, executionId },
  });
}

export function variableNotFound(sessionId: string, name: string): HoldfastError {
  const shown = name.slice(0, 100);
  return new HoldfastError({
    code: "variable_not_found",
    message: `variable ${shown}: not there in session ${sessionId}`,
    details: { sessionId, name: shown },
  });
}
