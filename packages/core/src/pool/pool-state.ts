/** Which of the idle ones is handed out: see {@link PoolOptions.strategy}. */
export type PoolStrategy = "affinity" | "lifo" | "fifo" | "least-used";

/** What becomes of a session when its lease is given back. */
export type ReleaseMode = "keep" | "reset" | "discard";

/** Why a worker or a session left the pool. */
export type DiscardReason =
  | "discarded" // the holder said so
  | "reset" // nothing of its user may be seen, and there is no key to reset it under
  | "max_uses"
  | "max_age"
  | "max_idle"
  | "evicted" // its place was needed by somebody who waited
  | "unsuited" // it was warm, and somebody asked for what it could not become
  | "died" // its process ended
  | "unresponsive" // it did not answer
  | "ended" // it was taken, and who took it ended it
  | "handed_over" // a session of the pool that had lost its worker got it
  | "failed" // it could not be reset, or the one it was for went away
  | "closed"; // the pool was

/**
 * - `warming`: a warm-up start is under way
 * - `warm`: pristine, waits for a session
 * - `opening`: somebody has it, the session (or worker) is not ready yet
 * - `leased`: somebody has it
 * - `resetting`: it gets a fresh worker under its key
 * - `kept`: it waits for its key with its state
 * - `ending`: on its way out, and counts until nothing of it is left
 */
export type SlotStatus =
  | "warming"
  | "warm"
  | "opening"
  | "leased"
  | "resetting"
  | "kept"
  | "ending";

/** One place of `maxSessions`, from the decision to start until its process is seen to have ended. */
export interface Slot {
  readonly id: number;
  readonly runtime: string;
  readonly status: SlotStatus;
  readonly key: string | null;
  /** The request that has it. */
  readonly holder: number | null;
  /** A lease is released; what was taken leaves with the end of its worker. */
  readonly isLease: boolean;
  /** What an `opening` one was before. */
  readonly origin: GrantOrigin;
  /** Times it was handed out with the state that it has. */
  readonly uses: number;
  readonly createdAt: number;
  readonly idleSince: number;
  /** Counts up: the one that became idle later has the larger one. */
  readonly idleOrder: number;
}

/** Where what is granted comes from; `new` has to be started. */
export type GrantOrigin = "warm" | "kept" | "new";

/** Somebody who waits. */
export interface PoolRequest {
  readonly id: number;
  readonly runtime: string;
  readonly key: string | null;
  readonly isLease: boolean;
}

/** How starts of a runtime go. */
export interface RuntimeHealth {
  /** Of all starts, in a row. */
  readonly failures: number;
  /** Of warm-ups alone, in a row. */
  readonly warmUpFailures: number;
  /** Until `retry` comes. */
  readonly isBackingOff: boolean;
}

/** What decisions depend on and does not change. */
export interface PoolLimits {
  readonly maxSessions: number;
  readonly maxWaiters: number;
  readonly strategy: PoolStrategy;
  readonly maxParallelWarmUps: number;
  readonly maxFailures: number;
  readonly maxUses: number | null;
  readonly maxAgeMs: number | null;
  readonly maxIdleMs: number | null;
  /** By runtime. */
  readonly minIdle: Readonly<Record<string, number>>;
}

/** All that decides what a pool does next. Plain data. */
export interface PoolState {
  readonly limits: PoolLimits;
  readonly status: "open" | "draining" | "closed";
  readonly slots: readonly Slot[];
  /** First in, first out. */
  readonly waiters: readonly PoolRequest[];
  readonly health: Readonly<Record<string, RuntimeHealth>>;
  /** Runtimes whose warm-up has begun. */
  readonly awake: readonly string[];
  /** Whether a `warm_up_due` is on its way. */
  readonly isWarmUpPlanned: boolean;
  readonly nextSlotId: number;
  readonly nextIdleOrder: number;
}

/** What can happen to a pool. */
export type PoolEvent =
  | { readonly type: "acquire"; readonly request: PoolRequest }
  /** Whoever waits, or was granted and has not begun to open, wants it no more. */
  | { readonly type: "give_up"; readonly requestId: number }
  | { readonly type: "opened"; readonly slotId: number }
  /** `isRuntimesFault`: with the pool's own options, so that the next one will fail as well. */
  | { readonly type: "open_failed"; readonly slotId: number; readonly isRuntimesFault: boolean }
  /** Nobody waits for what is being opened; `ended` comes when it is gone. */
  | { readonly type: "abandon"; readonly slotId: number }
  | {
      readonly type: "release";
      readonly slotId: number;
      readonly holder: number;
      readonly mode: ReleaseMode;
      /** Whether its worker lives. */
      readonly isAlive: boolean;
    }
  | { readonly type: "reset_done"; readonly slotId: number; readonly isOk: boolean }
  /** A session of the pool needs a worker; a warm one may do. */
  | { readonly type: "claim"; readonly requestId: number; readonly runtime: string }
  | { readonly type: "wake"; readonly runtime: string }
  | { readonly type: "warm_up_due" }
  | { readonly type: "warmed"; readonly slotId: number }
  /** `isUnsupported`: it has no warm workers at the moment, which says nothing about starts. */
  | { readonly type: "warm_up_failed"; readonly slotId: number; readonly isUnsupported: boolean }
  | { readonly type: "retry"; readonly runtime: string }
  /** The process has ended. */
  | { readonly type: "exited"; readonly slotId: number }
  | { readonly type: "unresponsive"; readonly slotId: number }
  /** Nothing is left of it. */
  | { readonly type: "ended"; readonly slotId: number }
  /** Age and idle time are looked at. */
  | { readonly type: "check" }
  | { readonly type: "drain" }
  | { readonly type: "close" };

/** What the pool has to do, in this order. */
export type PoolAction =
  | {
      readonly type: "grant";
      readonly requestId: number;
      readonly slotId: number;
      readonly origin: GrantOrigin;
    }
  /** A waiter that gets nothing any more. */
  | { readonly type: "refuse"; readonly requestId: number }
  | { readonly type: "hand_over"; readonly requestId: number; readonly slotId: number }
  /** Answer with `warm_up_due` when a start does no harm. */
  | { readonly type: "plan_warm_up" }
  | { readonly type: "warm_up"; readonly slotId: number; readonly runtime: string }
  | { readonly type: "abort_warm_up"; readonly slotId: number }
  /** Answer with `retry` after a while; `isUnsupported`: a long one. */
  | {
      readonly type: "back_off";
      readonly runtime: string;
      /** In a row. */
      readonly failures: number;
      readonly isUnsupported: boolean;
    }
  | { readonly type: "abort_opening"; readonly slotId: number }
  | { readonly type: "reset"; readonly slotId: number }
  /** End it, and tell `ended`. */
  | { readonly type: "end"; readonly slotId: number; readonly reason: DiscardReason }
  /** It has ended by itself. */
  | { readonly type: "forget"; readonly slotId: number; readonly reason: DiscardReason };

/** Why an event is refused; the state is as before. */
export type PoolRejection = "shutting_down" | "queue_full" | "backing_off" | "lease_released";

export type PoolTransition =
  | {
      readonly isAccepted: true;
      readonly state: PoolState;
      readonly actions: readonly PoolAction[];
    }
  | { readonly isAccepted: false; readonly code: PoolRejection };

/** What a decision asks of the world. */
export interface PoolContext {
  readonly now: number;
  /** Whether that warm worker can become what the request is for. */
  readonly suits: (requestId: number, slotId: number) => boolean;
  /** Whether code runs in that kept session. */
  readonly isBusy: (slotId: number) => boolean;
}
