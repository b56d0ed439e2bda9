import { HoldfastError } from "../errors/holdfast-error.ts";
import { type Checkpoint, type CheckpointHeader, checkpointHeaderSchema } from "./checkpoint.ts";
import { checkpointInvalid } from "./checkpoint-invalid.ts";
import type {
  CheckpointAccess,
  CreateCheckpointOptions,
  OpenCheckpointOptions,
} from "./checkpoint-store.ts";
import { bytesOf, toPrune } from "./retention.ts";
import type { ResolvedRetention } from "./store-options.ts";
import { randomId } from "../worker/random-id.ts";

/** Makes the header of a new checkpoint. @throws HoldfastError `invalid_request` that names the field */
export function newHeader(options: CreateCheckpointOptions, sequence: number): CheckpointHeader {
  const { id = randomId(), sessionId, runtime, runtimeVersion, name = null } = options;
  const { owner = null } = options;
  const header = { id, sessionId, runtime, runtimeVersion, name, owner };
  const result = checkpointHeaderSchema.safeParse({ ...header, createdAt: Date.now(), sequence });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HoldfastError({
    code: "invalid_request",
    message: `checkpoint of session ${sessionId.slice(0, 100)}: ${issue?.path.join(".")}: ${issue?.message}`,
    details: { field: issue?.path.join(".") ?? null },
  });
}

export function checkpointNotFound(id: string): HoldfastError {
  const shown = id.slice(0, 100);
  return new HoldfastError({
    code: "checkpoint_not_found",
    message: `checkpoint ${JSON.stringify(shown)}: there is none`,
    details: { checkpointId: shown },
  });
}

/** What is not theirs does not exist for them. @throws HoldfastError `checkpoint_not_found` */
export function checkAccess(checkpoint: Checkpoint, { owner }: CheckpointAccess): Checkpoint {
  if (owner === undefined || owner === checkpoint.owner) return checkpoint;
  throw checkpointNotFound(checkpoint.id);
}

/** @throws HoldfastError `checkpoint_invalid`, reason `wrong_runtime` */
export function checkRuntime(
  checkpoint: Checkpoint,
  { runtime, runtimeVersion }: OpenCheckpointOptions,
): void {
  const isRuntime = runtime === undefined || runtime === checkpoint.runtime;
  const isVersion =
    runtimeVersion === undefined ||
    firstTwo(runtimeVersion) === firstTwo(checkpoint.runtimeVersion);
  if (isRuntime && isVersion) return;
  const received = `${checkpoint.runtime} ${checkpoint.runtimeVersion}`;
  const allowed = [runtime ?? checkpoint.runtime, runtimeVersion].join(" ").trim();
  throw checkpointInvalid(
    "wrong_runtime",
    `it is the state of ${received}, allowed is that of ${allowed}`,
    { received, allowed },
  );
}

/** `3.11` of `3.11.2`. */
function firstTwo(version: string): string {
  return /^\D*(\d+(?:\.\d+)?)/.exec(version)?.[1] ?? version;
}

/**
 * Decides whether a new checkpoint has room, and which have to go for it: for its size only others of its owner do.
 * @throws HoldfastError `storage_full`
 */
export function makeRoom(
  existing: readonly Checkpoint[],
  fresh: Checkpoint,
  retention: ResolvedRetention,
): readonly string[] {
  const now = Date.now();
  const isOfOwner = ({ owner }: Checkpoint) => owner === fresh.owner;
  // It is as old as it took to write, and others may have begun since: its age counts from its end on.
  const all = [...existing, { ...fresh, createdAt: now, sequence: Infinity }];
  const pruned = new Set(
    toPrune(all, retention, now, (one) => isOfOwner(one) && one.id !== fresh.id),
  );
  const left = all.filter(({ id }) => !pruned.has(id));
  const { maxBytesPerOwner, maxTotalBytes } = retention;
  if (
    fresh.owner !== null &&
    maxBytesPerOwner !== null &&
    bytesOf(left.filter(isOfOwner)) > maxBytesPerOwner
  )
    throw storageFull(fresh, "within its owner's share", maxBytesPerOwner);
  if (maxTotalBytes !== null && bytesOf(left) > maxTotalBytes)
    throw storageFull(
      fresh,
      "beside those of others and those that are kept by name",
      maxTotalBytes,
    );
  return [...pruned];
}

function storageFull({ id, sizeBytes }: Checkpoint, where: string, limit: number): HoldfastError {
  return new HoldfastError({
    code: "storage_full",
    message: `checkpoint ${id}: its ${sizeBytes} bytes have no room ${where} (limit ${limit} bytes)`,
    details: { checkpointId: id, limit, received: sizeBytes },
  });
}

/** @throws HoldfastError `payload_too_large` */
export function checkSize(id: string, sizeBytes: number, limit: number): void {
  if (sizeBytes <= limit) return;
  throw new HoldfastError({
    code: "payload_too_large",
    message: `checkpoint ${id}: its state is too large (limit ${limit} bytes, received ${sizeBytes} or more)`,
    details: { checkpointId: id, limit, received: sizeBytes },
  });
}

/** What a writer answers that is used after its end. */
export function writerEnded(id: string, why: string): HoldfastError {
  return new HoldfastError({
    code: "cancelled",
    message: `checkpoint ${id}: it is written no more: ${why}`,
    details: { checkpointId: id },
  });
}

/** @returns HoldfastError `invalid_request` */
export function idTaken(id: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `checkpoint ${id}: the id is taken`,
    details: { checkpointId: id },
  });
}
