import type { Session } from "../session/session.ts";

/** A session and what its host keeps beside it. */
export interface HostedSession {
  readonly session: Session;
  /** Whose it is; `null` where nobody was named. */
  readonly owner: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly idleTimeoutMs: number | null;
  /** Milliseconds since the epoch when it ends if nothing happens; `null`: it does not, or it is busy. */
  readonly expiresAt: number | null;
}
