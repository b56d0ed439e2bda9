import type { ExecutionFailure } from "@holdfast/core";

const message = "the execution was interrupted";

/** How the end of an interrupted execution is told. */
export const interrupted: ExecutionFailure = {
  name: "Interrupted",
  message,
  traceback: [],
  text: `Interrupted: ${message}\n`,
};

/** What code of an interrupted execution gets where it would go on. Nobody is told of it. */
export const stoppedError = new Error(message);
