import type { Skipped } from "../session/session-info.ts";

/** The state of a session, kept. */
export interface Checkpoint {
  readonly id: string;
  readonly sessionId: string;
  readonly runtime: string;
  readonly runtimeVersion: string;
  /** One with a name is kept until it is deleted. */
  readonly name: string | null;
  /** How the state was written, such as `dill`. */
  readonly format: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** What could not be kept. */
  readonly skipped: readonly Skipped[];
}
