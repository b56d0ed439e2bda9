import { readFileSync } from "node:fs";
import { availableParallelism, loadavg, totalmem } from "node:os";

/** Shares of the time, 0 to 1, in which tasks waited for something. */
export interface Pressure {
  /** At least one waited, over the last 10 s. */
  readonly some10: number;
  /** Over the last 60 s. */
  readonly some60: number;
  /** All waited, over the last 10 s. */
  readonly full10: number;
  readonly full60: number;
}

/** How busy the machine is. */
export interface MachinePressure {
  /** From the kernel's pressure stall information; `null` where it has none. */
  readonly cpu: Pressure | null;
  readonly memory: Pressure | null;
  readonly io: Pressure | null;
  /** Runnable tasks, averaged over 1, 5 and 15 minutes. */
  readonly loadAverage: readonly [number, number, number];
  /** Processors that this process may use. */
  readonly processors: number;
  /** Of the machine, or of the control group that we are in. */
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
}

/** Reads how busy the machine is: three small files, some microseconds each. */
export function readMachinePressure(): MachinePressure {
  const limit = process.constrainedMemory();
  return {
    cpu: readPressure("cpu"),
    memory: readPressure("memory"),
    io: readPressure("io"),
    loadAverage: loadavg() as [number, number, number],
    processors: availableParallelism(),
    memoryTotalBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    memoryAvailableBytes: process.availableMemory(),
  };
}

/**
 * How much of the last moments somebody waited for a processor, 0 to 1: by the kernel's figures, else by how far the load
 * of the last minute passes the processors.
 */
export function cpuPressure({ cpu, loadAverage, processors }: MachinePressure): number {
  if (cpu !== null) return cpu.some10;
  const [load] = loadAverage;
  return load <= processors ? 0 : (load - processors) / load;
}

/** Reads one file of `/proc/pressure`. @returns `null` when it is not of that shape */
export function parsePressure(text: string): Pressure | null {
  const shares = new Map<string, number>();
  for (const [, kind, rest = ""] of text.matchAll(/^(some|full) (.*)$/gm)) {
    for (const [, span, value] of rest.matchAll(/\bavg(\d+)=([\d.]+)/g))
      shares.set(`${kind}${span}`, Number(value) / 100);
  }
  const [some10, some60] = [shares.get("some10"), shares.get("some60")];
  if (some10 === undefined || some60 === undefined) return null;
  // Older kernels have no `full` for the processors.
  return { some10, some60, full10: shares.get("full10") ?? 0, full60: shares.get("full60") ?? 0 };
}

function readPressure(of: "cpu" | "memory" | "io"): Pressure | null {
  try {
    return parsePressure(readFileSync(`/proc/pressure/${of}`, "latin1"));
  } catch {
    return null;
  }
}
