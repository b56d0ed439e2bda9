import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Session } from "../session/session.ts";
import type { ReleaseMode } from "./pool-state.ts";

/** What a {@link Lease} is made of. */
export interface LeaseOptions {
  readonly session: Session;
  readonly runtime: string;
  readonly key: string | null;
  readonly isFresh: boolean;
  readonly release: (mode: ReleaseMode) => Promise<void>;
}

/** A session that is yours until you give it back. Disposing of it discards the session, unless it was released before. */
export class Lease implements AsyncDisposable {
  /** Name of the runtime. */
  readonly runtime: string;
  readonly key: string | null;
  /** Whether the session has no state yet; `false`: it is what was kept under the key. */
  readonly isFresh: boolean;
  readonly #options: LeaseOptions;
  #isReleased = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.runtime = options.runtime;
    this.key = options.key;
    this.isFresh = options.isFresh;
  }

  /** Whether it was given back. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Do not use it once it was given back: somebody else may have it. @throws HoldfastError `lease_released` */
  get session(): Session {
    const { session } = this.#options;
    if (this.#isReleased) throw leaseReleased(session.id);
    return session;
  }

  /**
   * Gives the session back.
   * - `keep`: the next one with the same key gets it with its state, and what runs goes on. Without a key as `reset`
   * - `reset`: the key's session gets a fresh worker; settles when that is ready. Without a key the session ends
   * - `discard`: the session ends; settles when nothing of it is left
   * @param mode @default "discard": what was not said to be kept is not
   * @throws HoldfastError `lease_released` when it was given back before, by whichever way; nothing changes
   */
  async release(mode: ReleaseMode = "discard"): Promise<void> {
    if (this.#isReleased) throw leaseReleased(this.#options.session.id);
    this.#isReleased = true;
    await this.#options.release(mode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isReleased) await this.release();
  }
}

/** The lease is not the holder of its session any more. */
export function leaseReleased(sessionId: string): HoldfastError {
  return new HoldfastError({
    code: "lease_released",
    message: `lease of session ${sessionId}: it was given back, or the pool was closed`,
    details: { sessionId },
  });
}
