import { HoldfastError } from "../errors/holdfast-error.ts";
import type { RuntimeInfo } from "./worker.ts";

/** A runtime that can run here. */
export type AvailableRuntime = RuntimeInfo & { readonly isAvailable: true };

/**
 * Finds the executables of a runtime. What was found once stays: a path on disk does not change its version between two
 * sessions. What was not is looked for again.
 * @param inspect looks at one, a path or a name on our PATH
 * @returns a function of the executable. @throws HoldfastError `runtime_unavailable`, which says what to install
 */
export function executableFinder(
  inspect: (executable: string) => Promise<RuntimeInfo>,
): (executable: string) => Promise<AvailableRuntime> {
  const known = new Map<string, Promise<RuntimeInfo>>();
  return async (executable) => {
    const inspecting = known.get(executable) ?? inspect(executable);
    known.set(executable, inspecting);
    const info = await inspecting;
    if (info.isAvailable) return info;
    known.delete(executable);
    const { name, reason, install } = info;
    throw new HoldfastError({
      code: "runtime_unavailable",
      message: `${name}: ${reason}. ${install}`,
      details: { runtime: name, install },
    });
  };
}
