import { checkedNumber } from "./store-options.ts";

/** When a session is checkpointed by itself. Times in milliseconds. */
export interface AutomaticCheckpointOptions {
  /** After every execution. @default false */
  readonly afterExecution?: boolean;
  /** So long after the last one, when something was executed since; `null`: not by time. @default null */
  readonly everyMs?: number | null;
  /**
   * The next comes no sooner than this many times the duration of the last one after its end. @default 20: then at most
   * 5 % of the time goes into them
   */
  readonly costFactor?: number;
  /** State past which an automatic checkpoint is given up. @default 256 MiB */
  readonly maxBytes?: number;
}

export type ResolvedAutomaticCheckpointOptions = {
  readonly [K in keyof AutomaticCheckpointOptions]-?: Exclude<
    AutomaticCheckpointOptions[K],
    undefined
  >;
};

/** What an option of automatic checkpoints is when it is not given: there are none. */
export const defaultAutomaticCheckpointOptions = {
  afterExecution: false,
  everyMs: null,
  costFactor: 20,
  maxBytes: 256 * 1024 * 1024,
} as const satisfies ResolvedAutomaticCheckpointOptions;

/** What the policy goes by. Times are of one monotonic clock. */
export interface AutomaticCheckpointState {
  /** When the state began, or when the last attempt ended. */
  readonly since: number;
  /** Whether something was executed that is in no checkpoint. */
  readonly isChanged: boolean;
  readonly lastDurationMs: number;
  /** Attempts in a row that gave no checkpoint. */
  readonly failures: number;
}

/** What happens to a session, as far as the policy is concerned. */
export type AutomaticCheckpointEvent =
  /** An execution has ended; what it did to the state is not known. */
  | { readonly type: "executed" }
  /** A checkpoint was tried, by itself or not. `isKept`: there is one now. */
  | {
      readonly type: "attempted";
      readonly startedAt: number;
      readonly endedAt: number;
      readonly isKept: boolean;
    }
  /** The state is as in a checkpoint, or as that of a fresh worker. */
  | { readonly type: "replaced"; readonly at: number };

// 2 ** 10 times the pause: what fails always is tried once in a while.
const maxDoublings = 10;

/** Fills in the defaults. @throws HoldfastError `invalid_request` that names the option and what was given */
export function resolveAutomaticCheckpointOptions(
  options: AutomaticCheckpointOptions = {},
): ResolvedAutomaticCheckpointOptions {
  const defaults = defaultAutomaticCheckpointOptions;
  const { afterExecution = defaults.afterExecution, everyMs = defaults.everyMs } = options;
  return {
    afterExecution,
    everyMs: everyMs === null ? null : checkedNumber("everyMs", everyMs, 2 ** 31 - 1),
    costFactor: checkedNumber("costFactor", options.costFactor ?? defaults.costFactor, 1_000_000),
    maxBytes: checkedNumber("maxBytes", options.maxBytes ?? defaults.maxBytes),
  };
}

/** The state of a session that has just begun. */
export function initialAutomaticCheckpoints(now: number): AutomaticCheckpointState {
  return { since: now, isChanged: false, lastDurationMs: 0, failures: 0 };
}

/** What the policy knows after an event. */
export function withCheckpointEvent(
  state: AutomaticCheckpointState,
  event: AutomaticCheckpointEvent,
): AutomaticCheckpointState {
  switch (event.type) {
    case "executed":
      return { ...state, isChanged: true };
    case "attempted":
      return {
        since: event.endedAt,
        isChanged: state.isChanged && !event.isKept,
        lastDurationMs: Math.max(0, event.endedAt - event.startedAt),
        failures: event.isKept ? 0 : state.failures + 1,
      };
    case "replaced":
      return { ...state, since: event.at, isChanged: false, failures: 0 };
    default:
      return event satisfies never;
  }
}

/**
 * When the next one is due, on the clock of the state; `null` when none is. A time that has passed means now. An attempt
 * that failed, because the state is too large for one, doubles the pause before the next.
 */
export function nextCheckpointAt(
  state: AutomaticCheckpointState,
  options: ResolvedAutomaticCheckpointOptions,
): number | null {
  const { since, isChanged, lastDurationMs, failures } = state;
  const { afterExecution, everyMs, costFactor } = options;
  if (!isChanged || (!afterExecution && everyMs === null)) return null;
  const wanted = afterExecution ? since : since + (everyMs ?? 0);
  const doublings = 2 ** Math.min(failures, maxDoublings);
  return Math.max(wanted, since + costFactor * lastDurationMs * doublings);
}
