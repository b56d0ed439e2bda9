import { HoldfastError } from "../errors/holdfast-error.ts";
import type { CheckpointRetention, CheckpointStoreOptions } from "./checkpoint-store.ts";

export type ResolvedRetention = {
  readonly [K in keyof CheckpointRetention]-?: Exclude<CheckpointRetention[K], undefined>;
};

export interface ResolvedStoreOptions {
  readonly retention: ResolvedRetention;
  readonly maxCheckpointBytes: number;
}

// Owners that can fill what there is, each its share.
const defaultShares = 4;

/** What an option of a checkpoint store is when it is not given. */
export const defaultCheckpointStoreOptions = {
  retention: {
    maxPerSession: 10,
    maxTotalBytes: 10 * 1024 ** 3,
    maxBytesPerOwner: (10 * 1024 ** 3) / defaultShares,
    maxAgeMs: null,
  },
  maxCheckpointBytes: 4 * 1024 ** 3,
} as const satisfies ResolvedStoreOptions;

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option and what was given */
export function resolveStoreOptions(options: CheckpointStoreOptions): ResolvedStoreOptions {
  const { retention: defaults, maxCheckpointBytes } = defaultCheckpointStoreOptions;
  const given = options.retention ?? {};
  const maxTotalBytes = bound("maxTotalBytes", given.maxTotalBytes, defaults.maxTotalBytes);
  const share = maxTotalBytes === null ? null : Math.ceil(maxTotalBytes / defaultShares);
  const retention = {
    maxPerSession: bound("maxPerSession", given.maxPerSession, defaults.maxPerSession),
    maxTotalBytes,
    maxBytesPerOwner: bound("maxBytesPerOwner", given.maxBytesPerOwner, share),
    maxAgeMs: bound("maxAgeMs", given.maxAgeMs, defaults.maxAgeMs),
  };
  return {
    retention,
    maxCheckpointBytes: checkedNumber(
      "maxCheckpointBytes",
      options.maxCheckpointBytes ?? maxCheckpointBytes,
    ),
  };
}

/** Bytes that one checkpoint may have: its own limit, within the store's. @throws HoldfastError `invalid_request` */
export function sizeLimit(maxBytes: number | undefined, store: ResolvedStoreOptions): number {
  const { maxCheckpointBytes } = store;
  if (maxBytes === undefined) return maxCheckpointBytes;
  return Math.min(checkedNumber("maxBytes", maxBytes), maxCheckpointBytes);
}

/** @throws HoldfastError `invalid_request` */
export function checkedNumber(
  name: string,
  value: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new HoldfastError({
    code: "invalid_request",
    message: `${name}: received ${value}, allowed 1 to ${max}`,
    details: { option: name, received: String(value), min: 1, max },
  });
}

function bound(
  name: string,
  value: number | null | undefined,
  otherwise: number | null,
): number | null {
  if (value === undefined) return otherwise;
  return value === null ? null : checkedNumber(name, value);
}
