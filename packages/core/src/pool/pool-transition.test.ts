import { describe, expect, it } from "vitest";
import type {
  PoolContext,
  PoolEvent,
  PoolLimits,
  PoolRequest,
  PoolState,
  ReleaseMode,
} from "./pool-state.ts";
import { initialPool, isWarmedUp, poolTransition } from "./pool-transition.ts";

const limits: PoolLimits = {
  maxSessions: 2,
  maxWaiters: 2,
  strategy: "affinity",
  maxParallelWarmUps: 1,
  maxFailures: 2,
  maxUses: null,
  maxAgeMs: null,
  maxIdleMs: null,
  minIdle: {},
};

const world: PoolContext = { now: 0, suits: () => true, isBusy: () => false };

/** A pool in a world, and what it did. */
class Model {
  state: PoolState;
  readonly context: { -readonly [K in keyof PoolContext]: PoolContext[K] } = { ...world };
  #lastRequest = 0;

  constructor(more: Partial<PoolLimits> = {}) {
    this.state = initialPool({ ...limits, ...more });
  }

  do(event: PoolEvent) {
    const result = poolTransition(this.state, event, this.context);
    if (!result.isAccepted) throw new Error(result.code);
    this.state = result.state;
    return result.actions;
  }

  /** What is granted to a new request at once, `null` when it waits. */
  ask(key: string | null = null, more: Partial<PoolRequest> = {}) {
    const id = ++this.#lastRequest;
    const request = { id, runtime: "r", key, isLease: true, ...more };
    return this.do({ type: "acquire", request }).find(({ type }) => type === "grant") ?? null;
  }

  /** A lease: the slot and its holder. */
  lease(key: string | null = null): { readonly slotId: number; readonly holder: number } {
    const grant = this.ask(key);
    if (grant?.type !== "grant") throw new Error("it waits");
    this.do({ type: "opened", slotId: grant.slotId });
    return { slotId: grant.slotId, holder: grant.requestId };
  }

  release(lease: { readonly slotId: number; readonly holder: number }, mode: ReleaseMode) {
    return this.do({ type: "release", ...lease, mode, isAlive: true });
  }

  keep(key: string): number {
    const lease = this.lease(key);
    this.release(lease, "keep");
    return lease.slotId;
  }

  warm(runtime = "r"): number {
    this.do({ type: "wake", runtime });
    const started = this.do({ type: "warm_up_due" }).find(({ type }) => type === "warm_up");
    if (started?.type !== "warm_up") throw new Error("no warm-up is wanted");
    this.do({ type: "warmed", slotId: started.slotId });
    return started.slotId;
  }

  status(slotId: number) {
    return this.state.slots.find(({ id }) => id === slotId)?.status;
  }
}

const slotEvents = (slotId: number, holder: number): readonly PoolEvent[] => [
  { type: "opened", slotId },
  { type: "open_failed", slotId, isRuntimesFault: true },
  { type: "abandon", slotId },
  { type: "release", slotId, holder, mode: "keep", isAlive: true },
  { type: "release", slotId, holder, mode: "reset", isAlive: true },
  { type: "release", slotId, holder, mode: "discard", isAlive: false },
  { type: "reset_done", slotId, isOk: true },
  { type: "reset_done", slotId, isOk: false },
  { type: "warmed", slotId },
  { type: "warm_up_failed", slotId, isUnsupported: false },
  { type: "exited", slotId },
  { type: "unresponsive", slotId },
  { type: "ended", slotId },
];

describe("poolTransition()", () => {
  it.each(["affinity", "lifo"] as const)(
    "with %s is total, pure and keeps its invariants for every event in every reachable state [R3.4] [D18]",
    (strategy) => {
      const seen = new Set<string>();
      const first = initialPool({ ...limits, strategy, minIdle: { r: 1 } });
      const queue: PoolState[] = [first];
      for (let from = queue.shift(); from !== undefined && seen.size < 1000; from = queue.shift()) {
        const before = JSON.stringify(from);
        const shape = JSON.stringify({ ...from, nextSlotId: 0, nextIdleOrder: 0 });
        if (seen.has(shape)) continue;
        seen.add(shape);
        const taken = new Set([
          ...from.waiters.map(({ id }) => id),
          ...from.slots.map(({ holder }) => holder),
        ]);
        const nextRequest = [1, 2, 3, 4, 5].find((id) => !taken.has(id)) ?? 6;
        const events: PoolEvent[] = [
          ...["k", null].map((key): PoolEvent => ({
            type: "acquire",
            request: { id: nextRequest, runtime: "r", key, isLease: key !== null },
          })),
          { type: "claim", requestId: 1000, runtime: "r" },
          { type: "wake", runtime: "r" },
          { type: "warm_up_due" },
          { type: "retry", runtime: "r" },
          { type: "check" },
          { type: "drain" },
          { type: "close" },
          ...from.waiters.map(({ id }): PoolEvent => ({ type: "give_up", requestId: id })),
          ...[...from.slots, { id: 999, holder: 1 }].flatMap(({ id, holder }) =>
            slotEvents(id, holder ?? 1),
          ),
        ];
        for (const event of events) {
          const result = poolTransition(from, event, world);
          expect(JSON.stringify(from)).toBe(before);
          if (!result.isAccepted) continue;
          const { state: to, actions } = result;
          const told = `${before} + ${JSON.stringify(event)} -> ${JSON.stringify(to)}`;
          expect(to.slots.length, told).toBeLessThanOrEqual(to.limits.maxSessions);
          expect(to.waiters.length, told).toBeLessThanOrEqual(to.limits.maxWaiters);
          const warming = to.slots.filter(({ status }) => status === "warming");
          expect(warming.length, told).toBeLessThanOrEqual(to.limits.maxParallelWarmUps);
          if (to.status !== "open") expect(to.waiters, told).toEqual([]);
          for (const { status, key } of to.slots)
            if (status === "warm" || status === "warming") expect(key, told).toBeNull();
          const holders = to.slots.flatMap(({ holder, status }) =>
            status === "opening" || status === "leased" ? [holder] : [],
          );
          expect(new Set(holders).size, told).toBe(holders.length);
          if (strategy === "affinity") {
            const keys = to.slots.flatMap(({ key, status }) =>
              key !== null && status !== "ending" ? [key] : [],
            );
            expect(new Set(keys).size, told).toBe(keys.length);
          }
          // No waiter is forgotten: who left was granted, refused, or gave up.
          for (const { id } of from.waiters.filter((one) => !to.waiters.includes(one))) {
            const answers = actions.filter(
              (action) =>
                (action.type === "grant" || action.type === "refuse") && action.requestId === id,
            );
            expect(answers.length, told).toBe(event.type === "give_up" ? 0 : 1);
          }
          queue.push(to);
        }
      }
      expect(seen.size).toBeGreaterThan(200);
    },
  );

  it("gives a key the session that was kept for it, and nobody else [R3.2] [D19] [A31]", () => {
    const pool = new Model({ maxSessions: 3 });
    const kept = pool.keep("a");
    expect(pool.ask("b")).toMatchObject({ origin: "new" });
    expect(pool.ask(null)).toMatchObject({ origin: "new" });
    expect(pool.ask("a")).toMatchObject({ slotId: kept, origin: "kept" });
  });

  it.each([
    ["keep", "k", "kept"],
    ["keep", null, "ending"],
    ["reset", "k", "resetting"],
    ["reset", null, "ending"],
    ["discard", "k", "ending"],
    ["discard", null, "ending"],
  ] as const)(
    "on release(%s) with key %s leaves the session %s [R3.2] [A31]",
    (mode, key, status) => {
      const pool = new Model();
      const lease = pool.lease(key);
      pool.release(lease, mode);
      expect(pool.status(lease.slotId)).toBe(status);
    },
  );

  it("refuses a second release, and one by who is not the holder; nothing changes [D17]", () => {
    const pool = new Model();
    const first = pool.lease("k");
    pool.release(first, "keep");
    expect(() => pool.release(first, "keep")).toThrow("lease_released");
    const second = pool.lease("k");
    expect(second.slotId).toBe(first.slotId);
    const before = pool.state;
    expect(() => pool.release(first, "discard")).toThrow("lease_released");
    expect(pool.state).toBe(before);
    pool.release(second, "keep");
  });

  it("lets who waits have what comes free, first in first out [D16]", () => {
    const pool = new Model();
    const [one, two] = [pool.lease(), pool.lease()];
    expect([pool.ask(), pool.ask()]).toEqual([null, null]);
    pool.release(one, "discard");
    expect(pool.do({ type: "ended", slotId: one.slotId })).toMatchObject([
      { type: "grant", requestId: 3, origin: "new" },
    ]);
    pool.release(two, "discard");
    expect(pool.do({ type: "ended", slotId: two.slotId })).toMatchObject([
      { type: "grant", requestId: 4 },
    ]);
  });

  it("wakes a waiter also when what was starting fails, is abandoned or dies [D16]", () => {
    for (const type of ["open_failed", "abandon"] as const) {
      const pool = new Model({ maxSessions: 1 });
      const grant = pool.ask();
      if (grant?.type !== "grant") throw new Error("it waits");
      expect(pool.ask()).toBeNull();
      const { slotId } = grant;
      const freed = pool.do({ type, slotId, isRuntimesFault: false });
      const after = type === "abandon" ? pool.do({ type: "ended", slotId }) : freed;
      expect(after).toMatchObject([{ type: "grant", requestId: 2 }]);
    }
  });

  it("refuses a waiter too many with queue_full [R3.4]", () => {
    const pool = new Model();
    for (let i = 0; i < 4; i++) pool.ask();
    expect(() => pool.ask()).toThrow("queue_full");
    expect(pool.state.waiters).toHaveLength(2);
  });

  it("refuses everybody at once when it stops [D16] [S3-21]", () => {
    const pool = new Model();
    for (let i = 0; i < 4; i++) pool.ask();
    const did = pool.do({ type: "close" });
    expect(did.filter(({ type }) => type === "refuse")).toHaveLength(2);
    expect(did.filter(({ type }) => type === "abort_opening")).toHaveLength(2);
    expect(() => pool.ask()).toThrow("shutting_down");
  });

  it("makes room for who waits: pristine workers go first, then what was kept longest ago [S3-21]", () => {
    const pool = new Model({ maxSessions: 3, minIdle: { other: 1 } });
    const warm = pool.warm("other");
    const [old, young] = [pool.keep("a"), pool.keep("b")];
    expect(pool.ask("c")).toBeNull();
    expect(pool.status(warm)).toBe("ending");
    pool.ask("d");
    expect([pool.status(old), pool.status(young)]).toEqual(["ending", "kept"]);
    pool.do({ type: "check" });
    expect(pool.status(young)).toBe("kept"); // one for each who waits
  });

  it("does not end a kept session in which code runs to make room [S3-21]", () => {
    const pool = new Model({ maxSessions: 1 });
    const kept = pool.keep("a");
    pool.context.isBusy = () => true;
    pool.ask("b");
    expect(pool.status(kept)).toBe("kept");
    pool.context.isBusy = () => false;
    pool.do({ type: "check" });
    expect(pool.status(kept)).toBe("ending");
  });

  it("with affinity lets a key wait for its session, and those behind go on [R3.4]", () => {
    const pool = new Model();
    const held = pool.lease("a");
    expect(pool.ask("a")).toBeNull();
    expect(pool.ask("b")).toMatchObject({ origin: "new" });
    expect(pool.release(held, "keep")).toMatchObject([
      { type: "grant", slotId: held.slotId, origin: "kept", requestId: 2 },
    ]);
  });

  it("at the limit ends nobody's kept session for a second one of a key [S3-21]", () => {
    const pool = new Model({ strategy: "lifo" });
    const kept = pool.keep("b");
    const held = pool.lease("a");
    expect(pool.ask("a")).toBeNull();
    expect(pool.status(kept)).toBe("kept");
    expect(pool.release(held, "keep")).toMatchObject([{ type: "grant", slotId: held.slotId }]);
  });

  it.each([
    ["lifo", [3, 2, 1]],
    ["fifo", [1, 2, 3]],
    ["least-used", [3, 1, 2]],
    ["affinity", [3]],
  ] as const)(
    "with %s hands out the kept sessions of a key in that order [S0-28]",
    (strategy, order) => {
      const pool = new Model({ maxSessions: 4, strategy });
      const leases =
        strategy === "affinity" ? [] : [pool.lease("k"), pool.lease("k"), pool.lease("k")];
      for (const lease of leases) pool.release(lease, "keep");
      if (strategy === "affinity") {
        expect(new Set([pool.keep("k"), pool.keep("k"), pool.keep("k")]).size).toBe(1);
        return;
      }
      if (strategy === "least-used") {
        // 1 was used once more than 3, 2 twice more.
        const more = {
          ...pool.state,
          slots: pool.state.slots.map((slot) => ({ ...slot, uses: [0, 2, 3, 1][slot.id] ?? 0 })),
        };
        pool.state = more;
      }
      expect(
        [pool.lease("k"), pool.lease("k"), pool.lease("k")].map(({ slotId }) => slotId),
      ).toEqual(order);
    },
  );

  it.each([
    ["lifo", 2],
    ["fifo", 1],
  ] as const)("with %s hands out warm worker number %i of two [S0-28]", (strategy, slotId) => {
    const pool = new Model({ maxSessions: 4, strategy, minIdle: { r: 2 } });
    pool.warm();
    pool.warm();
    expect(pool.ask()).toMatchObject({ slotId, origin: "warm" });
  });

  it("hands out only warm workers that suit, and replaces one that does not", () => {
    const pool = new Model({ maxSessions: 4, minIdle: { r: 2 } });
    const warm = [pool.warm(), pool.warm()];
    pool.context.suits = () => false;
    expect(pool.ask()).toMatchObject({ origin: "new" });
    expect(warm.map((slotId) => pool.status(slotId))).toEqual(["ending", "warm"]);
  });

  it("ends what was used or has lived or idled long enough, and counts anew [D15] [R3.4]", () => {
    const uses = new Model({ maxUses: 2 });
    const slots = [1, 2, 3, 4, 5].map(() => {
      const lease = uses.lease("k");
      for (const action of uses.release(lease, "keep"))
        if (action.type === "end") uses.do({ type: "ended", slotId: action.slotId });
      return lease.slotId;
    });
    expect(slots).toEqual([1, 1, 2, 2, 3]);
    for (const [more, reason] of [
      [{ maxAgeMs: 10 }, "max_age"],
      [{ maxIdleMs: 10 }, "max_idle"],
    ] as const) {
      const pool = new Model(more);
      const slotId = pool.keep("k");
      pool.context.now = 9;
      expect(pool.do({ type: "check" })).toEqual([]);
      pool.context.now = 10;
      pool.context.isBusy = () => true;
      expect(pool.do({ type: "check" })).toEqual([]);
      pool.context.isBusy = () => false;
      expect(pool.do({ type: "check" })).toEqual([{ type: "end", slotId, reason }]);
    }
  });

  it("a health check leaves what is well where it is [D20]", () => {
    const pool = new Model({ maxSessions: 4, minIdle: { r: 2 }, maxIdleMs: 1000 });
    pool.warm();
    pool.warm();
    pool.keep("k");
    const { slots } = pool.state;
    expect(pool.do({ type: "check" })).toEqual([]);
    expect(pool.state.slots).toEqual(slots);
  });

  it("replaces an idle warm worker that dies, and hands it to nobody [F42]", () => {
    const pool = new Model({ minIdle: { r: 1 } });
    const slotId = pool.warm();
    expect(pool.do({ type: "exited", slotId })).toEqual([
      { type: "forget", slotId, reason: "died" },
      { type: "plan_warm_up" },
    ]);
    expect(pool.ask()).toMatchObject({ origin: "new" });
  });

  it("ends a kept session whose worker dies or does not answer; one that is leased lives on [F42]", () => {
    for (const type of ["exited", "unresponsive"] as const) {
      const pool = new Model();
      const lease = pool.lease("k");
      expect(pool.do({ type, slotId: lease.slotId })).toEqual([]);
      pool.release(lease, "keep");
      expect(pool.do({ type, slotId: lease.slotId })).toMatchObject([{ type: "end" }]);
    }
  });

  it("warms up one at a time, for the runtime that lacks most, as long as there is a place [R3.5]", () => {
    const pool = new Model({ maxSessions: 4, minIdle: { a: 2, b: 1 } });
    pool.do({ type: "wake", runtime: "a" });
    pool.do({ type: "wake", runtime: "b" });
    const order: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [action, ...others] = pool.do({ type: "warm_up_due" });
      if (action?.type !== "warm_up") throw new Error("no warm-up");
      expect(others).toEqual([]); // no other one is planned before this is done
      expect(isWarmedUp(pool.state)).toBe(false);
      order.push(action.runtime);
      pool.do({ type: "warmed", slotId: action.slotId });
    }
    expect(order).toEqual(["a", "b", "a"]);
    expect(isWarmedUp(pool.state)).toBe(true);
    expect(pool.do({ type: "warm_up_due" })).toEqual([]);
  });

  it("backs off after a failure, refuses leases after some, and tries again [F43] [R3.5]", () => {
    const pool = new Model({ minIdle: { r: 1 } });
    pool.do({ type: "wake", runtime: "r" });
    for (const failures of [1, 2]) {
      const [action] = pool.do({ type: "warm_up_due" });
      if (action?.type !== "warm_up") throw new Error("no warm-up");
      const failed: PoolEvent = {
        type: "warm_up_failed",
        slotId: action.slotId,
        isUnsupported: false,
      };
      expect(pool.do(failed)).toEqual([
        { type: "back_off", runtime: "r", failures, isUnsupported: false },
      ]);
      expect(pool.do({ type: "warm_up_due" })).toEqual([]);
      if (failures === 1) pool.do({ type: "retry", runtime: "r" });
    }
    expect(() => pool.ask()).toThrow("backing_off");
    expect(pool.ask(null, { runtime: "other" })).toMatchObject({ origin: "new" });
    expect(pool.ask(null, { isLease: false })).toMatchObject({ origin: "new" });
    expect(pool.do({ type: "retry", runtime: "r" })).toEqual([]); // no place for a warm-up
    pool.do({ type: "open_failed", slotId: 3, isRuntimesFault: false });
    expect(pool.ask()).toMatchObject({ origin: "new" });
  });

  it("puts back what was granted to somebody who had gone [D16]", () => {
    const pool = new Model({ minIdle: { r: 1 } });
    const slotId = pool.warm();
    pool.ask();
    pool.do({ type: "give_up", requestId: 1 });
    expect(pool.status(slotId)).toBe("warm");
    pool.ask("k");
    pool.do({ type: "give_up", requestId: 2 });
    expect(pool.ask("k")).toMatchObject({ slotId, origin: "warm" });
    pool.ask();
    pool.do({ type: "give_up", requestId: 4 });
    expect(pool.state.slots).toHaveLength(1);
  });

  it("drains: what is out stays, what is idle ends, and what comes back ends [R2.7]", () => {
    const pool = new Model();
    const lease = pool.lease("a");
    const kept = pool.keep("b");
    expect(pool.do({ type: "drain" })).toEqual([{ type: "end", slotId: kept, reason: "closed" }]);
    expect(pool.status(lease.slotId)).toBe("leased");
    expect(pool.release(lease, "keep")).toMatchObject([{ type: "end", reason: "closed" }]);
  });
});
