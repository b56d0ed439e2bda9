import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Runtime } from "../worker/worker.ts";

/** Stands for the runtime of a stored session that this host does not have: what was is readable, nothing runs. */
export function missingRuntime(name: string, allowed: readonly string[]): Runtime {
  const reason = `this host has no runtime ${name}, only ${allowed.join(", ")}`;
  return {
    name,
    inspect: async () => ({
      name,
      isAvailable: false,
      reason,
      install: `Give the host a runtime ${name}.`,
    }),
    start: async ({ sessionId }) => {
      throw new HoldfastError({
        code: "runtime_unavailable",
        message: `worker of session ${sessionId}: ${reason}`,
        details: { sessionId, runtime: name },
      });
    },
  };
}
