import type { EventEmitter } from "node:events";
import { type ExecutionHandle, HoldfastError, type SessionAccess } from "@holdfast/core";
import { RateLimit } from "./rate-limit.ts";
import { type Scope, withIncluded } from "./scope.ts";

/** What is said of a {@link Tenant}. Limits that are `null` are none. */
export interface TenantOptions {
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly maxSessions?: number | null | undefined;
  readonly maxConcurrentExecutions?: number | null | undefined;
  readonly maxOpenRequests?: number | null | undefined;
  readonly requestsPerMinute?: number | null | undefined;
}

/** Somebody who may use the server: what their token allows, and what they use of it now. */
export class Tenant {
  /** `null`: whoever has the server's only token, or none is needed. */
  readonly name: string | null;
  readonly scopes: ReadonlySet<Scope>;
  readonly maxSessions: number | null;
  readonly #maxExecutions: number | null;
  readonly #maxOpenRequests: number | null;
  readonly #rate: RateLimit | null;
  readonly #executions = new Set<ExecutionHandle>();
  #openRequests = 0;
  /** Executions that are being accepted. */
  #starting = 0;

  constructor(options: TenantOptions) {
    const { requestsPerMinute = null } = options;
    this.name = options.name;
    this.scopes = withIncluded(options.scopes);
    this.maxSessions = options.maxSessions ?? null;
    this.#maxExecutions = options.maxConcurrentExecutions ?? null;
    this.#maxOpenRequests = options.maxOpenRequests ?? null;
    this.#rate =
      requestsPerMinute === null ? null : new RateLimit(requestsPerMinute, performance.now());
  }

  /** To what they are restricted. */
  get access(): SessionAccess {
    return this.scopes.has("admin") ? {} : { owner: this.name };
  }

  /** Counts a request. @throws HoldfastError `rate_limited` */
  countRequest(): void {
    const retryAfterMs = this.#rate?.take(performance.now()) ?? 0;
    if (retryAfterMs === 0) return;
    throw new HoldfastError({
      code: "rate_limited",
      message: `token ${this.name}: too many requests; the next is taken in ${retryAfterMs} ms`,
      details: { retryAfterMs },
    });
  }

  /** Counts a request as open until its answer, or its connection, closes. @throws HoldfastError `rate_limited` */
  countOpen(closing: EventEmitter): void {
    if (this.#maxOpenRequests === null) return;
    const received = this.#openRequests + 1;
    if (received > this.#maxOpenRequests) {
      throw new HoldfastError({
        code: "rate_limited",
        message: `token ${this.name}: ${received - 1} requests are being answered, and ${this.#maxOpenRequests} are allowed`,
        details: { limit: this.#maxOpenRequests, received },
      });
    }
    this.#openRequests = received;
    closing.once("close", () => this.#openRequests--);
  }

  /** @throws HoldfastError `forbidden` */
  require(scope: Scope): void {
    if (this.scopes.has(scope)) return;
    throw new HoldfastError({
      code: "forbidden",
      message: `token ${this.name}: it has not the scope ${scope}`,
      details: { scope },
    });
  }

  /** Starts an execution within the limit, and counts it until it has ended. @throws HoldfastError `too_many_executions` */
  async run(start: () => Promise<ExecutionHandle>): Promise<ExecutionHandle> {
    const received = this.#executions.size + this.#starting + 1;
    if (this.#maxExecutions !== null && received > this.#maxExecutions) {
      throw new HoldfastError({
        code: "too_many_executions",
        message: `token ${this.name}: ${received - 1} executions run or wait, and ${this.#maxExecutions} are allowed`,
        details: { limit: this.#maxExecutions, received },
      });
    }
    this.#starting++;
    try {
      const execution = await start();
      if (this.#maxExecutions !== null) {
        this.#executions.add(execution);
        void execution.ended.finally(() => this.#executions.delete(execution));
      }
      return execution;
    } finally {
      this.#starting--;
    }
  }
}
