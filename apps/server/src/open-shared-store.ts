import { HoldfastError, type Store } from "@holdfast/core";

/** A store that servers on several machines can reach, as the process was told. */
export interface SharedStoreOptions {
  /** `redis:`, `rediss:` or `unix:`. */
  readonly address: string | undefined;
  /** What its keys begin with. @default `holdfast:` */
  readonly prefix: string | undefined;
  /** Seconds for which it outlives its server. @default for ever */
  readonly ttl: string | undefined;
}

/** @throws HoldfastError `store_unavailable`, `store_invalid`, `invalid_request` */
export async function openSharedStore(options: SharedStoreOptions): Promise<Store> {
  const { address = "", prefix = "", ttl } = options;
  const ttlMs = ttlOf(ttl);
  // Loaded by those who use it.
  const { RedisStore } = await import("@holdfast/store-redis");
  return RedisStore.open(address, { ttlMs, ...(prefix === "" ? {} : { prefix }) });
}

function ttlOf(text = ""): number | null {
  if (text === "") return null;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 1e9) return seconds * 1_000;
  throw new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_STORE_TTL: received ${JSON.stringify(text)}, allowed 1 to 1000000000 seconds`,
  });
}
