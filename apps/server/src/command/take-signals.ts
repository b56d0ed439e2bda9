import type { ExecutionHandle, OutputEncoding } from "@holdfast/client";

/**
 * The first Ctrl-C interrupts, the next one kills; SIGTERM and SIGHUP kill, or interrupt where the session stays. Call what
 * is answered to let go of them.
 */
export function takeSignals(
  execution: ExecutionHandle<OutputEncoding>,
  { isOurs }: { readonly isOurs: boolean },
): () => void {
  let interrupts = 0;
  const quietly = (ended: Promise<void>) => void ended.catch(() => {}); // it has ended, or nobody is there
  const interrupt = () => quietly(interrupts++ === 0 ? execution.interrupt() : execution.kill());
  const kill = () => quietly(isOurs ? execution.kill() : execution.interrupt());
  process.on("SIGINT", interrupt).on("SIGTERM", kill).on("SIGHUP", kill);
  return () => process.off("SIGINT", interrupt).off("SIGTERM", kill).off("SIGHUP", kill);
}
