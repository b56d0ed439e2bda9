import {
  type AutomaticCheckpointEvent,
  type ResolvedAutomaticCheckpointOptions,
  initialAutomaticCheckpoints,
  nextCheckpointAt,
  withCheckpointEvent,
} from "../checkpoint/automatic-checkpoints.ts";
import {
  tellCheckpointCreated,
  tellCheckpointFailed,
  tellCheckpointRestored,
} from "./host-telemetry.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { CheckpointAccess, CheckpointStore } from "../checkpoint/checkpoint-store.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Session } from "../session/session.ts";
import type { RecoverySource } from "../session/session-create-options.ts";
import type { RestoreReport } from "../worker/worker.ts";

/** What {@link SessionCheckpoints} are made of. */
export interface SessionCheckpointsOptions {
  readonly store: CheckpointStore;
  /** Name of the session's runtime. */
  readonly runtime: string;
  /** Whose the session is, and so its checkpoints. */
  readonly owner: string | null;
  readonly automatic: ResolvedAutomaticCheckpointOptions;
  /** The checkpoint that the session starts from, or had when it was last seen. */
  readonly lastId: string | null;
  /** Told when the last one is another. */
  readonly onChange: () => void;
  /** Told of an automatic checkpoint that failed; the next is tried after a longer pause. */
  readonly onError: (error: unknown) => void;
}

/**
 * The checkpoints of one session: taken on request and by themselves. The last one is what the session goes on from when
 * its worker is lost.
 */
export class SessionCheckpoints implements RecoverySource {
  readonly #options: SessionCheckpointsOptions;
  #session: Session | null = null;
  #lastId: string | null;
  #automatic = initialAutomaticCheckpoints(performance.now());
  #timer: NodeJS.Timeout | undefined;
  #isTaking = false;
  #isStopped = false;

  constructor(options: SessionCheckpointsOptions) {
    this.#options = options;
    this.#lastId = options.lastId;
  }

  get lastId(): string | null {
    return this.#lastId;
  }

  get hasCheckpoint(): boolean {
    return this.#lastId !== null;
  }

  async *open(): AsyncGenerator<Uint8Array, void, void> {
    if (this.#lastId === null) return;
    const { store, runtime } = this.#options;
    await using reader = await store.open(this.#lastId, { runtime });
    yield* reader.pieces;
    this.#happened({ type: "replaced", at: performance.now() });
  }

  /** The session that they are of; before anything else is called. */
  attach(session: Session): void {
    this.#session = session;
  }

  /**
   * Writes the state at the next boundary between executions.
   * @throws HoldfastError as {@link Session.checkpoint} and {@link CheckpointStore.create}
   */
  take({ name = null }: { readonly name?: string | null } = {}): Promise<Checkpoint> {
    return this.#take(name);
  }

  /**
   * Puts a checkpoint in the place of the state.
   * @throws HoldfastError as {@link CheckpointStore.open} and {@link Session.restore}
   */
  async restore(checkpointId: string, access: CheckpointAccess = {}): Promise<RestoreReport> {
    const session = this.#attached();
    const report = await this.#restore(session, checkpointId, access);
    this.#become(checkpointId);
    this.#happened({ type: "replaced", at: performance.now() });
    return report;
  }

  /** An execution has ended: there may be something new to keep. */
  executed(): void {
    this.#happened({ type: "executed" });
  }

  /** The state is that of a fresh worker: what was kept of the one before is for explicit restores only. */
  forget(): void {
    this.#become(null);
    this.#happened({ type: "replaced", at: performance.now() });
  }

  /** For the end of the host: keeps what is in no checkpoint, where that is done by itself, and takes no more. */
  async settle(): Promise<void> {
    const { afterExecution, everyMs } = this.#options.automatic;
    const isWanted = this.#automatic.isChanged && (afterExecution || everyMs !== null);
    this.stop();
    if (isWanted && this.#session?.isBusy === false && this.#session.pid !== null)
      await this.#takeByItself();
  }

  /** Takes no more by itself. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #take(name: string | null, maxBytes?: number): Promise<Checkpoint> {
    const isAutomatic = maxBytes !== undefined;
    const session = this.#attached();
    const startedAt = performance.now();
    let isKept = false;
    try {
      await using writer = await this.#options.store.create({
        sessionId: session.id,
        runtime: this.#options.runtime,
        runtimeVersion: session.runtimeVersion ?? "",
        name,
        owner: this.#options.owner,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
      const report = await session.checkpoint((piece) => writer.write(piece));
      const checkpoint = await writer.commit(report);
      isKept = true;
      tellCheckpointCreated(session, checkpoint, {
        begunAt: startedAt,
        isAutomatic,
      });
      this.#become(checkpoint.id);
      return checkpoint;
    } catch (error) {
      if (!isKept) tellCheckpointFailed(session, "create", error);
      throw error;
    } finally {
      this.#happened({ type: "attempted", startedAt, endedAt: performance.now(), isKept });
    }
  }

  async #restore(
    session: Session,
    checkpointId: string,
    access: CheckpointAccess,
  ): Promise<RestoreReport> {
    const begunAt = performance.now();
    try {
      const { store, runtime } = this.#options;
      await using reader = await store.open(checkpointId, { ...access, runtime });
      const report = await session.restore(reader.pieces);
      tellCheckpointRestored(session, reader.checkpoint, begunAt);
      return report;
    } catch (error) {
      tellCheckpointFailed(session, "restore", error);
      throw error;
    }
  }

  #become(lastId: string | null): void {
    if (lastId === this.#lastId) return;
    this.#lastId = lastId;
    this.#options.onChange();
  }

  #happened(event: AutomaticCheckpointEvent): void {
    this.#automatic = withCheckpointEvent(this.#automatic, event);
    clearTimeout(this.#timer);
    if (this.#isTaking || this.#isStopped) return;
    const at = nextCheckpointAt(this.#automatic, this.#options.automatic);
    if (at === null) return;
    this.#timer = setTimeout(() => void this.#takeByItself(), Math.max(0, at - performance.now()));
    this.#timer.unref();
  }

  async #takeByItself(): Promise<void> {
    this.#isTaking = true;
    try {
      await this.#take(null, this.#options.automatic.maxBytes);
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#isTaking = false;
      // What was executed meanwhile is in none.
      if (this.#automatic.isChanged) this.#happened({ type: "executed" });
    }
  }

  #attached(): Session {
    if (this.#session !== null) return this.#session;
    throw new HoldfastError({ code: "internal", message: "checkpoints of no session" });
  }
}
