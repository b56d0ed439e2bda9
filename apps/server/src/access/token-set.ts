import { createHash, timingSafeEqual } from "node:crypto";
import { HoldfastError } from "@holdfast/core";
import { Tenant } from "./tenant.ts";
import { type TokenOptions, tokensSchema } from "./token-options.ts";

interface Entry {
  readonly digest: Buffer;
  readonly tenant: Tenant;
}

/** The tokens that are let in. */
export class TokenSet {
  readonly #entries: readonly Entry[];

  /**
   * @param token the server's own, which allows everything; `null`: none
   * @throws HoldfastError `invalid_request` that names the entry and the field, and never a token
   */
  constructor(token: string | null, tokens: readonly TokenOptions[]) {
    const whole = { name: null, scopes: ["admin"] } as const;
    this.#entries = [
      ...(token === null ? [] : [{ digest: digestOf(token), tenant: new Tenant(whole) }]),
      ...(tokens.length === 0 ? [] : parsed(tokens)).map((entry) => ({
        digest:
          entry.sha256 === undefined
            ? digestOf(entry.token ?? "")
            : Buffer.from(entry.sha256, "hex"),
        tenant: new Tenant(entry),
      })),
    ];
    refuseDoubles(this.#entries);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whose token it is; `null`: nobody's. Digests have one length and all are compared: every guess takes the same time. */
  find(token: string): Tenant | null {
    const digest = digestOf(token);
    let found: Tenant | null = null;
    for (const entry of this.#entries)
      if (timingSafeEqual(entry.digest, digest)) found = entry.tenant;
    return found;
  }
}

function parsed(tokens: readonly TokenOptions[]) {
  const result = tokensSchema.safeParse(tokens);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(`${issue?.path.join(".") || "list"}: ${issue?.message ?? "invalid"}`);
}

function refuseDoubles(entries: readonly Entry[]): void {
  const digests = new Set(entries.map(({ digest }) => digest.toString("hex")));
  if (digests.size < entries.length) throw invalid("two names have the same token");
}

function invalid(why: string): HoldfastError {
  return new HoldfastError({ code: "invalid_request", message: `tokens: ${why}` });
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
