import type { ConnectionOptions } from "node:tls";
import { HoldfastError } from "@holdfast/core";

/** Options of {@link RedisStore.open}. Times in milliseconds. */
export interface RedisStoreOptions {
  /** What every key begins with. One host at a time writes under a prefix. @default `holdfast:` */
  readonly prefix?: string;
  /**
   * For how long a connection, and then an answer, is waited for. Past it the call fails with `store_unavailable`, and so
   * do all others on that connection, which is given up. @default 2_000
   */
  readonly timeoutMs?: number;
  /**
   * For how long what is stored outlives its host: at least so long after the last time that the host was there. A host
   * that is there puts it off, of all of its sessions, four times in that time. `null`: for ever. At least 1,000.
   * @default null
   */
  readonly ttlMs?: number | null;
  /** In the place of the one in the address. */
  readonly username?: string | undefined;
  /** In the place of the one in the address. */
  readonly password?: string | undefined;
  /** For `rediss:`, as `tls.connect()` takes them: certificates of one's own. */
  readonly tls?: ConnectionOptions | undefined;
}

export const defaultRedisStoreOptions = {
  prefix: "holdfast:",
  timeoutMs: 2_000,
  ttlMs: null,
} as const;

/** {@link RedisStoreOptions} with all that is needed. */
export interface ResolvedRedisStoreOptions extends RedisStoreOptions {
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly ttlMs: number | null;
}

const maxTimerMs = 2 ** 31 - 1;

/** @throws HoldfastError `invalid_request` */
export function resolveRedisStoreOptions(options: RedisStoreOptions): ResolvedRedisStoreOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved: ResolvedRedisStoreOptions = {
    ...defaultRedisStoreOptions,
    ...(Object.fromEntries(given) as RedisStoreOptions),
  };
  const { prefix, timeoutMs, ttlMs } = resolved;
  if (prefix === "" || prefix.length > 200) throw invalid("prefix", prefix, "1 to 200 characters");
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimerMs)
    throw invalid("timeoutMs", timeoutMs, `1 to ${maxTimerMs}`);
  if (ttlMs !== null && (!Number.isInteger(ttlMs) || ttlMs < 1_000))
    throw invalid("ttlMs", ttlMs, "null, or 1000 and more");
  return resolved;
}

function invalid(option: string, received: unknown, allowed: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `Redis store: ${option}: received ${JSON.stringify(received)}, allowed ${allowed}`,
    details: { option, received, allowed },
  });
}
