/** Does something until a signal is aborted; what comes too late is given to `discard`. @throws the signal's reason */
export async function abortable<T>(
  work: () => T | Promise<T>,
  signal: AbortSignal,
  discard: (late: T) => void = () => {},
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  // A function that throws at once is treated as one that answers later.
  const working = (async () => work())();
  try {
    return await Promise.race([working, aborted.promise]);
  } catch (error) {
    if (signal.aborted) void working.then(discard, () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
