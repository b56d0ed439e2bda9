import type { CheckpointReport } from "../worker/worker.ts";

const maxSkipped = 1_000;
const maxNameLength = 256;
const maxReasonLength = 512;
const maxFormatLength = 64;

/** What a worker reported, cut to what a checkpoint keeps of it: it is user code that says how long it is. */
export function boundedReport({ format, skipped }: CheckpointReport): CheckpointReport {
  const kept = skipped.slice(0, maxSkipped).map(({ name, reason }) => ({
    name: name.slice(0, maxNameLength),
    reason: reason.slice(0, maxReasonLength),
  }));
  const more = skipped.length - kept.length;
  return {
    format: format.slice(0, maxFormatLength),
    skipped: more === 0 ? kept : [...kept, { name: "…", reason: `and ${more} more` }],
  };
}
