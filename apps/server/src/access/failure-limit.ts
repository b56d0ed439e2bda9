import { HoldfastError } from "@holdfast/core";
import { RateLimit } from "./rate-limit.ts";
import type { Tenant } from "./tenant.ts";

interface Sender {
  failures: RateLimit | null;
  /** Whose tokens have come from there. */
  readonly known: WeakSet<Tenant>;
}

const maxSenders = 10_000;

/**
 * Slows down who tries tokens: after so many wrong ones from an address, no token is looked at that did not come from there
 * before. Those who share the address with the guesser, behind a proxy, go on.
 */
export class FailureLimit {
  readonly #perMinute: number | null;
  /** By address, the one that was heard of last at the end. */
  readonly #senders = new Map<string, Sender>();

  /** @param perMinute `null`: no limit */
  constructor(perMinute: number | null) {
    this.#perMinute = perMinute;
  }

  /**
   * Tells what the token of a request has proved to be; `null`: a wrong one.
   * @throws HoldfastError `rate_limited`, also in the place of an answer that would tell a right token from a wrong one
   */
  check(remoteAddress: string | null, tenant: Tenant | null): void {
    if (this.#perMinute === null) return;
    const sender = this.#sender(networkOf(remoteAddress ?? ""));
    const now = performance.now();
    if (tenant !== null) {
      if (!sender.known.has(tenant)) refuse(sender.failures?.waitMs(now) ?? 0);
      sender.known.add(tenant);
      return;
    }
    sender.failures ??= new RateLimit(this.#perMinute, now);
    refuse(sender.failures.take(now));
  }

  #sender(network: string): Sender {
    const sender = this.#senders.get(network) ?? { failures: null, known: new WeakSet<Tenant>() };
    this.#senders.delete(network);
    this.#senders.set(network, sender);
    if (this.#senders.size > maxSenders) {
      const [oldest = ""] = this.#senders.keys();
      this.#senders.delete(oldest);
    }
    return sender;
  }
}

function refuse(retryAfterMs: number): void {
  if (retryAfterMs === 0) return;
  throw new HoldfastError({
    code: "rate_limited",
    message: `request: too many wrong tokens came from its address; wait ${retryAfterMs} ms`,
    details: { retryAfterMs },
  });
}

/** An IPv6 address is one of 2^64 that its owner has. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length;
  return [...groups, ...Array.from({ length: missing }, () => "0")].slice(0, 4).join(":");
}
