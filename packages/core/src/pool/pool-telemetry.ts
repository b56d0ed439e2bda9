import { HoldfastError } from "../errors/holdfast-error.ts";
import { publish } from "../telemetry/telemetry-channels.ts";
import type { ReleaseMode } from "./pool-state.ts";

/** `begunAt` as `performance.now()` has it. */
export function tellAcquired(runtime: string, isHit: boolean, begunAt: number): void {
  publish("pool.acquired", () => ({ runtime, isHit, waitMs: performance.now() - begunAt }));
}

export function tellRefused(runtime: string, error: unknown, begunAt: number): void {
  publish("pool.refused", () => ({
    runtime,
    code: codeOf(error),
    waitMs: performance.now() - begunAt,
  }));
}

export function tellReleased(runtime: string, outcome: ReleaseMode): void {
  publish("pool.released", () => ({ runtime, outcome }));
}

export function tellWarmed(runtime: string, durationMs: number, idle: number): void {
  publish("pool.warmed", () => ({ runtime, durationMs, idle }));
}

export function tellWarmUpFailed(runtime: string, error: unknown, attempt: number): void {
  publish("pool.warm_failed", () => ({ runtime, code: codeOf(error), attempt }));
}

export function tellRemoved(reason: string): void {
  publish("pool.removed", () => ({ reason }));
}

function codeOf(error: unknown): string {
  return HoldfastError.is(error) ? error.code : "internal";
}
