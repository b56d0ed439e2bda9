import type {
  EndingCause,
  SessionAction,
  SessionEvent,
  SessionState,
  SessionTransition,
} from "./session-state.ts";

/** A new session: its first worker is being started. */
export function initialSession(maxQueuedExecutions: number): SessionState {
  return { status: "starting", generation: 1, running: null, queue: [], maxQueuedExecutions };
}

/**
 * What a session becomes and has to do when something happens. Pure and total: every event has an answer in every state,
 * and what comes too late (of an older worker, for an execution that has ended) changes nothing.
 */
export function transition(state: SessionState, event: SessionEvent): SessionTransition {
  switch (event.type) {
    case "execute":
      return execute(state, event.executionId);
    case "wake":
      if (state.status === "closed") return { isAccepted: false, code: "session_closed" };
      return state.status === "lost" ? startWorker(state) : same(state);
    case "interrupt":
    case "deadline":
    case "kill":
      return end(state, event);
    case "grace_over":
      return isRunning(state, event.executionId) && state.running?.ending !== null
        ? to(state, [{ type: "terminate_worker" }])
        : same(state);
    case "restart":
      return restart(state);
    case "close":
      return close(state);
    case "worker_ready":
      return isStarting(state, event.generation)
        ? next(abandoned(state), abandon(state))
        : same(state);
    case "worker_failed":
      return isStarting(state, event.generation)
        ? to({ ...abandoned(state), status: "lost", queue: [] }, [
            ...abandon(state),
            ...each("fail", state.queue),
          ])
        : same(state);
    case "worker_exited":
      // A busy one reports the end of its execution as well, and that decides.
      return state.status === "idle" && event.generation === state.generation
        ? to({ ...state, status: "lost" })
        : same(state);
    case "execution_ended":
      return ended(state, event);
    default:
      return event satisfies never;
  }
}

function execute(state: SessionState, executionId: string): SessionTransition {
  switch (state.status) {
    case "closed":
      return { isAccepted: false, code: "session_closed" };
    case "idle":
      return next({ ...state, queue: [executionId] });
    case "lost":
      return startWorker({ ...state, queue: [executionId] });
    case "starting":
    case "restarting":
    case "busy":
      return state.queue.length >= state.maxQueuedExecutions
        ? { isAccepted: false, code: "queue_full" }
        : to({ ...state, queue: [...state.queue, executionId] });
    default:
      return state.status satisfies never;
  }
}

function end(
  state: SessionState,
  event: Extract<SessionEvent, { type: "interrupt" | "deadline" | "kill" }>,
): SessionTransition {
  const { type, executionId } = event;
  if (state.queue.includes(executionId)) {
    const queue = state.queue.filter((id) => id !== executionId);
    return to({ ...state, queue }, [{ type: "cancel", executionId }]);
  }
  if (!isRunning(state, executionId)) return same(state);
  if (type === "kill")
    return to(ending(state, "kill"), [
      { type: event.isForced ? "kill_worker" : "terminate_worker" },
    ]);
  if (state.running?.ending !== null) {
    // Someone who asks again wants it now; a deadline that passes meanwhile adds nothing.
    return type === "interrupt" ? to(state, [{ type: "interrupt", executionId }]) : same(state);
  }
  return to(ending(state, type === "deadline" ? "timeout" : "interrupt"), [
    { type: "interrupt", executionId },
  ]);
}

function restart(state: SessionState): SessionTransition {
  if (state.status === "closed") return { isAccepted: false, code: "session_closed" };
  const generation = state.generation + 1;
  const restarting = ending({ ...state, status: "restarting", queue: [], generation }, "restart");
  return to(restarting, [
    ...each("cancel", state.queue),
    { type: "stop_worker" },
    { type: "start_worker", generation },
  ]);
}

function close(state: SessionState): SessionTransition {
  if (state.status === "closed") return same(state);
  return to(ending({ ...state, status: "closed", queue: [] }, "close"), [
    ...each("cancel", state.queue),
    { type: "stop_worker" },
  ]);
}

function ended(
  state: SessionState,
  { executionId, isWorkerLost }: { executionId: string; isWorkerLost: boolean },
): SessionTransition {
  if (!isRunning(state, executionId)) return same(state);
  const free = { ...state, running: null };
  if (state.status !== "busy") return to(free); // restarting or closed: that goes its way
  if (!isWorkerLost) return next(free);
  return free.queue.length > 0 ? startWorker(free) : to({ ...free, status: "lost" });
}

/** Runs the first of the queue, or rests. */
function next(state: SessionState, first: readonly SessionAction[] = []): SessionTransition {
  const [executionId, ...queue] = state.queue;
  if (executionId === undefined) return to({ ...state, status: "idle" }, first);
  const running = { executionId, ending: null };
  return to({ ...state, status: "busy", running, queue }, [...first, { type: "run", executionId }]);
}

/** What an older worker ran and never reported the end of has no worker any more. */
function abandon({ running }: SessionState): SessionAction[] {
  return running === null ? [] : [{ type: "abandon", executionId: running.executionId }];
}

function abandoned(state: SessionState): SessionState {
  return { ...state, running: null };
}

function startWorker(state: SessionState): SessionTransition {
  const generation = state.generation + 1;
  return to({ ...state, status: "restarting", generation }, [{ type: "start_worker", generation }]);
}

function ending(state: SessionState, cause: EndingCause): SessionState {
  return state.running === null
    ? state
    : { ...state, running: { ...state.running, ending: state.running.ending ?? cause } };
}

function isRunning(state: SessionState, executionId: string): boolean {
  return state.running?.executionId === executionId;
}

function isStarting(state: SessionState, generation: number): boolean {
  return (
    (state.status === "starting" || state.status === "restarting") &&
    generation === state.generation
  );
}

function each(type: "cancel" | "fail", ids: readonly string[]): SessionAction[] {
  return ids.map((executionId) => ({ type, executionId }));
}

function to(state: SessionState, actions: readonly SessionAction[] = []): SessionTransition {
  return { isAccepted: true, state, actions };
}

function same(state: SessionState): SessionTransition {
  return to(state);
}
