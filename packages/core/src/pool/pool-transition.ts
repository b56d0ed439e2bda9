import type {
  DiscardReason,
  GrantOrigin,
  PoolAction,
  PoolContext,
  PoolEvent,
  PoolLimits,
  PoolRequest,
  PoolState,
  PoolStrategy,
  PoolTransition,
  Slot,
} from "./pool-state.ts";

/** A pool in which nothing has been started. */
export function initialPool(limits: PoolLimits): PoolState {
  return {
    limits,
    status: "open",
    slots: [],
    waiters: [],
    health: {},
    awake: [],
    isWarmUpPlanned: false,
    nextSlotId: 1,
    nextIdleOrder: 1,
  };
}

/**
 * What a pool becomes and has to do when something happens. Pure and total: every event has an answer in every state,
 * and what comes too late (of a slot that is gone, for a request that was answered) changes nothing.
 */
export function poolTransition(
  state: PoolState,
  event: PoolEvent,
  context: PoolContext,
): PoolTransition {
  switch (event.type) {
    case "acquire":
      return acquire(state, event.request, context);
    case "release":
      return release(state, event, context);
    default: {
      const draft = new Draft(state, context);
      apply(draft, event);
      return draft.settle();
    }
  }
}

/** Whether no more can be warmed up at the moment. */
export function isWarmedUp(state: PoolState): boolean {
  return (
    !state.isWarmUpPlanned &&
    state.slots.every(({ status }) => status !== "warming") &&
    nextToWarm(state) === null
  );
}

function acquire(state: PoolState, request: PoolRequest, context: PoolContext): PoolTransition {
  const { limits, health } = state;
  if (state.status !== "open") return { isAccepted: false, code: "shutting_down" };
  const { failures, isBackingOff } = health[request.runtime] ?? healthy;
  if (request.isLease && isBackingOff && failures >= limits.maxFailures)
    return { isAccepted: false, code: "backing_off" };
  const draft = new Draft(state, context);
  draft.wake(request.runtime);
  draft.waiters.push(request);
  const result = draft.settle();
  const isWaiting = draft.waiters.includes(request);
  return isWaiting && draft.waiters.length > limits.maxWaiters
    ? { isAccepted: false, code: "queue_full" }
    : result;
}

function release(
  state: PoolState,
  { slotId, holder, mode, isAlive }: PoolEvent & { readonly type: "release" },
  context: PoolContext,
): PoolTransition {
  const draft = new Draft(state, context);
  const slot = draft.slot(slotId);
  if (slot?.status !== "leased" || !slot.isLease || slot.holder !== holder)
    return { isAccepted: false, code: "lease_released" };
  const free: Slot = { ...slot, holder: null };
  if (state.status !== "open") draft.end(free, "closed");
  else if (mode === "reset" && slot.key !== null) {
    draft.put({ ...free, status: "resetting", uses: 0, createdAt: context.now });
    draft.act({ type: "reset", slotId });
  } else if (mode === "keep" && slot.key !== null) {
    const reason = isAlive ? overLimit(state.limits, free, context.now) : "died";
    if (reason === null) draft.idle({ ...free, status: "kept" });
    else draft.end(free, reason);
  } else draft.end(free, mode === "discard" ? "discarded" : "reset");
  return draft.settle();
}

function apply(draft: Draft, event: Exclude<PoolEvent, { type: "acquire" | "release" }>): void {
  switch (event.type) {
    case "give_up":
      return giveUp(draft, event.requestId);
    case "claim":
      return claim(draft, event);
    case "wake":
      return draft.wake(event.runtime);
    case "warm_up_due":
      return warmUp(draft);
    case "retry":
      return draft.setHealth(event.runtime, { isBackingOff: false });
    case "check":
      return check(draft);
    case "drain":
    case "close":
      return shutDown(draft, event.type);
    default: {
      const slot = draft.slot(event.slotId);
      if (slot !== undefined) applyToSlot(draft, slot, event);
    }
  }
}

function applyToSlot(
  draft: Draft,
  slot: Slot,
  event: Extract<PoolEvent, { readonly slotId: number }>,
): void {
  const { status } = slot;
  switch (event.type) {
    case "opened":
      if (status !== "opening") return;
      // Which says nothing about warm-ups: their next try waits as long as before.
      if (slot.origin === "new") draft.setHealth(slot.runtime, { failures: 0 });
      if (draft.status === "closed") return draft.end(slot, "closed");
      return draft.put({ ...slot, status: "leased", uses: slot.uses + 1 });
    case "open_failed":
      if (status !== "opening") return;
      draft.remove(slot);
      if (!event.isRuntimesFault) return;
      return draft.failed(slot.runtime, { failures: draft.healthOf(slot.runtime).failures + 1 });
    case "abandon":
      if (status === "opening") draft.put({ ...slot, status: "ending" });
      return;
    case "reset_done":
      if (status !== "resetting") return;
      return event.isOk ? draft.idle({ ...slot, status: "kept" }) : draft.end(slot, "failed");
    case "warmed":
      if (status === "warming") {
        draft.setHealth(slot.runtime, healthy);
        draft.idle({ ...slot, status: "warm", createdAt: draft.context.now });
      }
      return;
    case "warm_up_failed":
      if (status !== "warming") return draft.remove(slot);
      draft.remove(slot);
      return warmUpFailed(draft, slot.runtime, event.isUnsupported);
    case "exited":
      if (status === "kept") return draft.end(slot, "died");
      if (status === "warm" || (status === "leased" && !slot.isLease))
        draft.forget(slot, status === "warm" ? "died" : "ended");
      return;
    case "unresponsive":
      if (status === "kept") draft.end(slot, "unresponsive");
      return;
    case "ended":
      return draft.remove(slot);
    case "release":
      return;
    default:
      return event satisfies never;
  }
}

function giveUp(draft: Draft, requestId: number): void {
  draft.waiters = draft.waiters.filter(({ id }) => id !== requestId);
  const slot = draft.slots.find(
    ({ holder, status }) => holder === requestId && status === "opening",
  );
  if (slot === undefined) return;
  if (slot.origin === "new") draft.remove(slot);
  else if (draft.status !== "open") draft.end(slot, "closed");
  else if (slot.origin === "kept") draft.idle({ ...slot, status: "kept", holder: null });
  else draft.idle({ ...slot, status: "warm", holder: null, key: null, isLease: false });
}

function claim(draft: Draft, { requestId, runtime }: PoolEvent & { readonly type: "claim" }): void {
  const warm = draft.warmFor({ id: requestId, runtime });
  if (warm === undefined) return;
  draft.remove(warm);
  draft.act({ type: "hand_over", requestId, slotId: warm.id });
}

function warmUp(draft: Draft): void {
  draft.isWarmUpPlanned = false;
  const runtime = draft.status === "open" ? nextToWarm(draft) : null;
  if (runtime === null) return;
  const slot = draft.add({ runtime, status: "warming" });
  draft.act({ type: "warm_up", slotId: slot.id, runtime });
}

function warmUpFailed(draft: Draft, runtime: string, isUnsupported: boolean): void {
  const { failures, warmUpFailures } = draft.healthOf(runtime);
  const change = { failures: failures + 1, warmUpFailures: warmUpFailures + 1 };
  draft.failed(runtime, isUnsupported ? {} : change, isUnsupported);
}

function check(draft: Draft): void {
  const { limits, context } = draft;
  for (const slot of draft.slots.filter(({ status }) => status === "kept")) {
    if (context.isBusy(slot.id)) continue;
    const isIdle = limits.maxIdleMs !== null && context.now - slot.idleSince >= limits.maxIdleMs;
    const reason = isIdle ? "max_idle" : overLimit(limits, slot, context.now);
    if (reason !== null) draft.end(slot, reason);
  }
}

function shutDown(draft: Draft, how: "drain" | "close"): void {
  draft.status = how === "drain" && draft.status !== "closed" ? "draining" : "closed";
  for (const { id } of draft.waiters) draft.act({ type: "refuse", requestId: id });
  draft.waiters = [];
  for (const slot of draft.slots) {
    if (slot.status === "warm" || slot.status === "kept" || slot.status === "resetting")
      draft.end(slot, "closed");
    if (slot.status === "warming") {
      draft.put({ ...slot, status: "ending" });
      draft.act({ type: "abort_warm_up", slotId: slot.id });
    }
    if (draft.status !== "closed") continue;
    if (slot.status === "opening") draft.act({ type: "abort_opening", slotId: slot.id });
    if (slot.status === "leased") draft.end(slot, "closed");
  }
}

function overLimit(limits: PoolLimits, slot: Slot, now: number): DiscardReason | null {
  if (limits.maxUses !== null && slot.uses >= limits.maxUses) return "max_uses";
  if (limits.maxAgeMs !== null && now - slot.createdAt >= limits.maxAgeMs) return "max_age";
  return null;
}

/** The runtime that lacks most of its `minIdle`, when a start is possible. */
function nextToWarm({
  limits,
  slots,
  awake,
  health,
}: Pick<PoolState, "limits" | "slots" | "awake" | "health">): string | null {
  const warming = slots.filter(({ status }) => status === "warming");
  if (warming.length >= limits.maxParallelWarmUps || slots.length >= limits.maxSessions)
    return null;
  let next: string | null = null;
  let least = 1;
  for (const runtime of awake) {
    const target = limits.minIdle[runtime] ?? 0;
    if (target === 0 || health[runtime]?.isBackingOff === true) continue;
    const isThere = (slot: Slot) =>
      slot.runtime === runtime && (slot.status === "warm" || slot.status === "warming");
    const share = slots.filter(isThere).length / target;
    if (share < least) [next, least] = [runtime, share];
  }
  return next;
}

const healthy = { failures: 0, warmUpFailures: 0, isBackingOff: false } as const;

function choose(idle: readonly Slot[], strategy: PoolStrategy): Slot | undefined {
  const later = (one: Slot, other: Slot) => other.idleOrder - one.idleOrder;
  const order = {
    affinity: later,
    lifo: later,
    fifo: (one: Slot, other: Slot) => -later(one, other),
    "least-used": (one: Slot, other: Slot) => one.uses - other.uses || later(one, other),
  }[strategy];
  return idle.toSorted(order)[0];
}

/** A state in the making. */
class Draft {
  readonly limits: PoolLimits;
  readonly context: PoolContext;
  status: PoolState["status"];
  slots: Slot[];
  waiters: PoolRequest[];
  health: PoolState["health"];
  awake: readonly string[];
  isWarmUpPlanned: boolean;
  #nextSlotId: number;
  #nextIdleOrder: number;
  readonly #actions: PoolAction[] = [];

  constructor(state: PoolState, context: PoolContext) {
    this.limits = state.limits;
    this.context = context;
    this.status = state.status;
    this.slots = [...state.slots];
    this.waiters = [...state.waiters];
    this.health = state.health;
    this.awake = state.awake;
    this.isWarmUpPlanned = state.isWarmUpPlanned;
    this.#nextSlotId = state.nextSlotId;
    this.#nextIdleOrder = state.nextIdleOrder;
  }

  /** Serves who waits, plans what is to be warmed up, and answers the state with what has to be done. */
  settle(): PoolTransition {
    if (this.status === "open") {
      this.#serve();
      if (!this.isWarmUpPlanned && nextToWarm(this) !== null) {
        this.isWarmUpPlanned = true;
        this.act({ type: "plan_warm_up" });
      }
    }
    const { limits, status, slots, waiters, health, awake, isWarmUpPlanned } = this;
    return {
      isAccepted: true,
      state: {
        limits,
        status,
        slots,
        waiters,
        health,
        awake,
        isWarmUpPlanned,
        nextSlotId: this.#nextSlotId,
        nextIdleOrder: this.#nextIdleOrder,
      },
      actions: this.#actions,
    };
  }

  slot(id: number): Slot | undefined {
    return this.slots.find((slot) => slot.id === id);
  }

  add(slot: Partial<Slot> & Pick<Slot, "runtime" | "status">): Slot {
    const added: Slot = {
      id: this.#nextSlotId++,
      key: null,
      holder: null,
      isLease: false,
      origin: "new",
      uses: 0,
      createdAt: this.context.now,
      idleSince: 0,
      idleOrder: 0,
      ...slot,
    };
    this.slots.push(added);
    return added;
  }

  put(slot: Slot): void {
    this.slots = this.slots.map((one) => (one.id === slot.id ? slot : one));
  }

  /** Puts one that can be handed out from now on. */
  idle(slot: Slot): void {
    this.put({ ...slot, idleSince: this.context.now, idleOrder: this.#nextIdleOrder++ });
  }

  remove({ id }: Slot): void {
    this.slots = this.slots.filter((slot) => slot.id !== id);
  }

  forget(slot: Slot, reason: DiscardReason): void {
    this.remove(slot);
    this.act({ type: "forget", slotId: slot.id, reason });
  }

  end(slot: Slot, reason: DiscardReason): void {
    this.put({ ...slot, status: "ending" });
    this.act({ type: "end", slotId: slot.id, reason });
  }

  act(action: PoolAction): void {
    this.#actions.push(action);
  }

  wake(runtime: string): void {
    if (!this.awake.includes(runtime)) this.awake = [...this.awake, runtime];
  }

  setHealth(runtime: string, change: Partial<PoolState["health"][string]>): void {
    this.health = {
      ...this.health,
      [runtime]: { ...(this.health[runtime] ?? healthy), ...change },
    };
  }

  failed(
    runtime: string,
    change: Partial<PoolState["health"][string]>,
    isUnsupported = false,
  ): void {
    const isBackingOff = this.health[runtime]?.isBackingOff === true;
    this.setHealth(runtime, { ...change, isBackingOff: true });
    const { failures: starts, warmUpFailures } = this.healthOf(runtime);
    const failures = Math.max(starts, warmUpFailures);
    if (!isBackingOff) this.act({ type: "back_off", runtime, failures, isUnsupported });
  }

  healthOf(runtime: string): PoolState["health"][string] {
    return this.health[runtime] ?? healthy;
  }

  warmFor({ id, runtime }: Pick<PoolRequest, "id" | "runtime">): Slot | undefined {
    const { suits } = this.context;
    const warm = this.slots.filter(
      (slot) => slot.status === "warm" && slot.runtime === runtime && suits(id, slot.id),
    );
    return choose(warm, this.limits.strategy);
  }

  #serve(): void {
    const isFull = this.slots.length >= this.limits.maxSessions;
    const hasIdle = this.slots.some(({ status }) => status === "warm" || status === "kept");
    if (this.waiters.length === 0 || (isFull && !hasIdle)) return;
    // What comes free by itself is for the first who wait: nothing has to make room for them.
    let coming = this.slots.filter(
      ({ status }) => status === "ending" || status === "warming",
    ).length;
    this.waiters = this.waiters.filter((request) => {
      if (this.#grant(request)) return false;
      // At the limit, what was kept for others is not ended for a second session of a key.
      if (this.#hasSession(request)) return true;
      if (coming > 0) coming--;
      else this.#makeRoom();
      return true;
    });
  }

  #grant(request: PoolRequest): boolean {
    const kept = choose(
      this.slots.filter((slot) => slot.status === "kept" && isOfKey(slot, request)),
      this.limits.strategy,
    );
    if (kept !== undefined) return this.#hold(kept, request, "kept");
    // With affinity a key has one session, and who asks for it while somebody has it waits for that one.
    if (this.limits.strategy === "affinity" && this.#hasSession(request)) return false;
    const warm = this.warmFor(request);
    if (warm !== undefined) return this.#hold(warm, request, "warm");
    if (this.slots.length >= this.limits.maxSessions) return false;
    this.#retireUnsuited(request.runtime);
    return this.#hold(this.add({ runtime: request.runtime, status: "opening" }), request, "new");
  }

  #hold(slot: Slot, { id, key, isLease }: PoolRequest, origin: GrantOrigin): true {
    this.put({ ...slot, status: "opening", holder: id, key, isLease, origin });
    this.act({ type: "grant", requestId: id, slotId: slot.id, origin });
    return true;
  }

  /** Called when none of the warm ones suits who asks: the oldest makes place for one that is like what is asked for now. */
  #retireUnsuited(runtime: string): void {
    const warm = this.slots.filter((slot) => slot.status === "warm" && slot.runtime === runtime);
    const oldest = choose(warm, "fifo");
    if (oldest !== undefined) this.end(oldest, "unsuited");
  }

  #hasSession(request: PoolRequest): boolean {
    return this.slots.some((slot) => slot.status !== "ending" && isOfKey(slot, request));
  }

  /** Ends what is idle and was used longest ago; pristine ones first, nobody's state goes with them. */
  #makeRoom(): void {
    const [least] = this.slots
      .filter(
        ({ id, status }) => status === "warm" || (status === "kept" && !this.context.isBusy(id)),
      )
      .toSorted(
        (one, other) =>
          Number(one.status === "kept") - Number(other.status === "kept") ||
          one.idleOrder - other.idleOrder,
      );
    if (least !== undefined) this.end(least, "evicted");
  }
}

function isOfKey(slot: Slot, { runtime, key }: PoolRequest): boolean {
  return key !== null && slot.key === key && slot.runtime === runtime;
}
