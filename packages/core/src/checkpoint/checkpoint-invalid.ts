import { HoldfastError } from "../errors/holdfast-error.ts";

/**
 * Why a checkpoint is refused, as `details.reason` of a `checkpoint_invalid`.
 * - `damaged`: it is not, byte by byte, what was written
 * - `truncated`: it ends too early
 * - `foreign_key`: it was sealed with a key that is not ours
 * - `wrong_runtime`: it is the state of another runtime, or of another version of it
 * - `unsupported_version`: its format is not that of this version of Holdfast
 */
export type CheckpointInvalidReason =
  | "damaged"
  | "truncated"
  | "foreign_key"
  | "wrong_runtime"
  | "unsupported_version";

/**
 * A `checkpoint_invalid`.
 * @param why the sentence behind the colon
 * @param details what is given beside the reason
 */
export function checkpointInvalid(
  reason: CheckpointInvalidReason,
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): HoldfastError {
  return new HoldfastError({
    code: "checkpoint_invalid",
    message: `checkpoint: ${why}`,
    details: { reason, why, ...details },
  });
}

/** The same error, with the checkpoint's id in it; any other error as it is. */
export function withCheckpointId(id: string, error: unknown): unknown {
  if (!HoldfastError.is(error) || error.code !== "checkpoint_invalid") return error;
  return new HoldfastError({
    code: error.code,
    message: `checkpoint ${id}: ${String(error.details["why"])}`,
    details: { ...error.details, checkpointId: id },
    cause: error,
  });
}
