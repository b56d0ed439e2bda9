import type { CheckpointReport } from "../worker/worker.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** What is said of a checkpoint before it is written. */
export interface CreateCheckpointOptions {
  /** `[A-Za-z0-9_-]{1,64}`, new in the store. @default a random one, 128 bits */
  readonly id?: string;
  readonly sessionId: string;
  readonly runtime: string;
  readonly runtimeVersion: string;
  /** One with a name is kept until it is deleted. @default null */
  readonly name?: string | null;
  /** Whose it is, such as a tenant. @default null */
  readonly owner?: string | null;
  /** Bytes of state past which it is given up. @default the store's `maxCheckpointBytes` */
  readonly maxBytes?: number;
}

/** A checkpoint that is being written. Disposing of it without {@link commit} gives it up. */
export interface CheckpointWriter extends AsyncDisposable {
  readonly id: string;
  /**
   * Takes a piece of the state; it may be changed when this has settled. Await it before the next.
   * @throws HoldfastError `payload_too_large`, `storage_full`, `internal`; nothing of the checkpoint is left then
   */
  write(piece: Uint8Array): Promise<void>;
  /**
   * Makes it a checkpoint: from then on it is there, also after a loss of power, and before it nothing is.
   * @throws HoldfastError `storage_full`, `internal`; nothing of the checkpoint is left then
   */
  commit(report: CheckpointReport): Promise<Checkpoint>;
  /** Gives it up and removes what was written. Nothing happens after {@link commit}. */
  abort(): Promise<void>;
}

/** Restricts to what belongs to somebody: all else is not found. */
export interface CheckpointAccess {
  /** @default whoever's it is */
  readonly owner?: string | null;
}

/** For whom a checkpoint is opened. */
export interface OpenCheckpointOptions extends CheckpointAccess {
  /** Refuses the state of another runtime. */
  readonly runtime?: string;
  /** Refuses that of another version of it: the first two numbers count. */
  readonly runtimeVersion?: string;
}

/** A checkpoint that is being read. Dispose of it. */
export interface CheckpointReader extends AsyncDisposable {
  readonly checkpoint: Checkpoint;
  /** The state, for one reader. @throws HoldfastError `checkpoint_invalid` when it was changed since it was opened */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Which checkpoints are listed. */
export interface ListCheckpointsOptions extends CheckpointAccess {
  /** @default of all sessions */
  readonly sessionId?: string;
  /** 1 to 1,000. @default 100 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Some checkpoints, newest first. */
export interface CheckpointPage {
  readonly items: readonly Checkpoint[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

/** Which checkpoints go by themselves. Those with a name never do. */
export interface CheckpointRetention {
  /** Of one session, those with a name not counted; the oldest go. `null`: no bound. @default 10 */
  readonly maxPerSession?: number | null;
  /**
   * State of all sessions together, those with a name counted. For a new one the oldest of its owner go, a session's newest
   * only when nothing else is left; what does not fit even so is refused with `storage_full`. `null`: no bound.
   * @default 10 GiB
   */
  readonly maxTotalBytes?: number | null;
  /**
   * State of all sessions of one owner together, as `maxTotalBytes`: so nobody takes the room of all others. What has no
   * owner is not bounded by it. `null`: no bound. @default a quarter of `maxTotalBytes`
   */
  readonly maxBytesPerOwner?: number | null;
  /** Milliseconds. `null`: no bound. @default null */
  readonly maxAgeMs?: number | null;
}

/** What every store of checkpoints takes. */
export interface CheckpointStoreOptions {
  readonly retention?: CheckpointRetention;
  /** State of one checkpoint; one that is larger is refused with `payload_too_large`. @default 4 GiB */
  readonly maxCheckpointBytes?: number;
}

/** Where checkpoints are kept. Each is there whole or not at all. */
export interface CheckpointStore {
  /** Begins one. @throws HoldfastError `invalid_request`, `storage_full`, `internal` */
  create(options: CreateCheckpointOptions): Promise<CheckpointWriter>;
  /**
   * Opens one to be restored. All of it has been authenticated when this settles.
   * @throws HoldfastError `checkpoint_not_found`, `checkpoint_invalid` with a reason
   */
  open(id: string, options?: OpenCheckpointOptions): Promise<CheckpointReader>;
  /** @throws HoldfastError `checkpoint_not_found`, `checkpoint_invalid` */
  get(id: string, access?: CheckpointAccess): Promise<Checkpoint>;
  /** Those that are valid, newest first. @throws HoldfastError `invalid_request` */
  list(options?: ListCheckpointsOptions): Promise<CheckpointPage>;
  /** Without an owner this needs no key: also what is damaged can be deleted. @throws HoldfastError `checkpoint_not_found` */
  delete(id: string, access?: CheckpointAccess): Promise<void>;
  /**
   * Deletes what {@link CheckpointRetention} says, whoever's it is, and answers the ids. {@link CheckpointWriter.commit} does
   * it too, but for sizes goes to its owner's only.
   */
  prune(): Promise<readonly string[]>;
}
