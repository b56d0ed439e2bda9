import { readFileSync } from "node:fs";

// Two looks that are closer together than this say nothing; the kernel counts in microseconds, but updates at its ticks.
const minWindowMs = 10;

/** Where {@link machinePressure} looks. */
export interface MachinePressureOptions {
  /** The text of the kernel's `/proc/pressure/cpu`; throws where there is none. */
  readonly read?: () => string;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * How much work waits for a processor: the share of time, 0 to 1, since the last look in which something that could run
 * did not (PSI, Linux 4.20 and newer). Always 0 where the kernel does not tell.
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function machinePressure({
  read = () => readFileSync("/proc/pressure/cpu", "utf8"),
  now = () => performance.now(),
}: MachinePressureOptions = {}): () => number {
  let last: { readonly at: number; readonly totalUs: number } | null = null;
  let pressure = 0;
  return () => {
    const at = now();
    if (last !== null && at - last.at < minWindowMs) return pressure;
    const some = parse(read);
    if (some === null) return 0;
    const waitedMs = last === null ? null : (some.totalUs - last.totalUs) / 1_000;
    pressure = waitedMs === null || last === null ? some.avg10 / 100 : waitedMs / (at - last.at);
    pressure = Math.min(1, Math.max(0, pressure));
    last = { at, totalUs: some.totalUs };
    return pressure;
  };
}

function parse(read: () => string): { readonly avg10: number; readonly totalUs: number } | null {
  try {
    const found = /^some avg10=([\d.]+) .*total=(\d+)$/m.exec(read());
    return found === null ? null : { avg10: Number(found[1]), totalUs: Number(found[2]) };
  } catch {
    return null;
  }
}
