import { HoldfastError } from "@holdfast/core";
import { FailureLimit } from "./failure-limit.ts";
import { type ForeignOptions, namedOrigin, refuseForeign } from "./foreign.ts";
import type { RequestHead } from "./request-head.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { Tenant } from "./tenant.ts";
import type { TokenOptions } from "./token-options.ts";
import { TokenSet } from "./token-set.ts";

/** Who may use the server, and how often. */
export interface GateOptions {
  /** Bearer token that allows everything. @default none */
  readonly token?: string | null;
  /** Tokens with names and scopes; each sees its own sessions only. @default none */
  readonly tokens?: readonly TokenOptions[];
  /**
   * Names that a `Host` may be besides loopback ones, without a port.
   * @default none without a token, and any with one: a page that was made to point here does not know it
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of web pages that may use the server, such as `https://app.example`: they get CORS headers. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Wrong tokens from an address, at once and a minute, past which it has to wait. `null`: no limit. @default 60 */
  readonly wrongTokensPerMinute?: number | null;
}

const health = new Set(["/healthz", "/readyz"]);

/** Lets requests in: routes, streams and upgrades alike. */
export class Gate {
  readonly #tokens: TokenSet;
  readonly #everybody = new Tenant({ name: null, scopes: ["admin"] });
  readonly #nobody = new Tenant({ name: null, scopes: ["read"] });
  readonly #foreign: ForeignOptions;
  readonly #failures: FailureLimit;

  /** @throws HoldfastError `invalid_request` */
  constructor(options: GateOptions) {
    const { token = null, tokens = [], allowedHosts, allowedOrigins = [] } = options;
    const { wrongTokensPerMinute = 60 } = options;
    this.#tokens = new TokenSet(token, tokens);
    this.#foreign = {
      allowedHosts:
        allowedHosts === undefined && this.needsToken
          ? null
          : new Set((allowedHosts ?? []).map(checkedHost)),
      allowedOrigins: new Set(allowedOrigins.map(checkedOrigin)),
    };
    this.#failures = new FailureLimit(wrongTokensPerMinute);
  }

  /** Whether pages of others may use the server. */
  get hasNamedOrigins(): boolean {
    return this.#foreign.allowedOrigins.size > 0;
  }

  get needsToken(): boolean {
    return !this.#tokens.isEmpty;
  }

  /** The origin of a request that gets CORS headers; `null`: it gets none. */
  corsOrigin(head: RequestHead): string | null {
    return namedOrigin(head, this.#foreign);
  }

  /** @throws HoldfastError `forbidden`, `invalid_request` for a foreign Host or Origin */
  checkOrigin(head: RequestHead): void {
    refuseForeign(head, false, this.#foreign);
  }

  /**
   * Who sends a request. Health, and the files of our pages, are for nobody in particular.
   * @param isPage whether it is for such a file
   * @throws HoldfastError `unauthorized`, `forbidden`, `invalid_request`, `rate_limited`
   */
  admit(head: RequestHead, isPage: boolean): Tenant {
    refuseForeign(head, isPage, this.#foreign);
    if (isPage || health.has(head.path)) return this.#nobody;
    return this.#authorized(head, scopeOf(head.method, head.path));
  }

  #authorized(head: RequestHead, scope: Scope): Tenant {
    if (!this.needsToken) return this.#everybody;
    const bearer = bearerIn(head);
    const tenant = bearer === null ? null : this.#tokens.find(bearer);
    if (bearer !== null) this.#failures.check(head.remoteAddress, tenant);
    if (tenant === null)
      throw new HoldfastError({
        code: "unauthorized",
        message: "request: a bearer token is needed",
      });
    tenant.countRequest();
    tenant.require(scope);
    return tenant;
  }
}

function bearerIn(head: RequestHead): string | null {
  return /^bearer +(\S+) *$/i.exec(head.header("authorization") ?? "")?.[1] ?? null;
}

function checkedHost(host: string): string {
  if (/^(?:\[[\da-f:.]+\]|[a-z\d._-]+)$/i.test(host)) return host.toLowerCase();
  throw refused("allowed hosts", host, "a name such as holdfast.example, without a port");
}

function checkedOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin && /^https?:/.test(origin))
    return origin;
  throw refused("allowed origins", origin, "an origin such as https://app.example");
}

function refused(what: string, received: string, allowed: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `${what}: received ${JSON.stringify(received.slice(0, 200))}, allowed ${allowed}`,
    details: { received: received.slice(0, 200), allowed },
  });
}
