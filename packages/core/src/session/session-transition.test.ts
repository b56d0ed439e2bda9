import { describe, expect, it } from "vitest";
import type { SessionEvent, SessionState, SessionStatus } from "./session-state.ts";
import { initialSession, transition } from "./session-transition.ts";

const statuses: readonly SessionStatus[] = [
  "starting",
  "idle",
  "busy",
  "restarting",
  "lost",
  "closed",
];

function state(status: SessionStatus, more: Partial<SessionState> = {}): SessionState {
  const running = status === "busy" ? { executionId: "a", ending: null } : null;
  return { ...initialSession(2), generation: 3, status, running, ...more };
}

const events: readonly SessionEvent[] = [
  { type: "execute", executionId: "n" },
  { type: "wake" },
  { type: "restart" },
  { type: "close" },
  ...(["a", "q", "stranger"] as const).flatMap((executionId): SessionEvent[] => [
    { type: "interrupt", executionId },
    { type: "kill", executionId, isForced: true },
    { type: "kill", executionId, isForced: false },
    { type: "deadline", executionId },
    { type: "grace_over", executionId },
    { type: "execution_ended", executionId, isWorkerLost: false },
    { type: "execution_ended", executionId, isWorkerLost: true },
  ]),
  ...[2, 3, 4].flatMap((generation): SessionEvent[] => [
    { type: "worker_ready", generation },
    { type: "worker_failed", generation },
    { type: "worker_exited", generation },
  ]),
];

/** Applies an event that must be accepted. */
function after(from: SessionState, event: SessionEvent) {
  const result = transition(from, event);
  if (!result.isAccepted) throw new Error(`refused: ${result.code}`);
  return { ...result, did: result.actions.map(({ type }) => type) };
}

describe("transition()", () => {
  it("is total, pure and keeps its invariants for every event in every reachable state [R2.1] [S2-15]", () => {
    const seen = new Map<string, SessionState>();
    const queue = statuses.map((status) => state(status));
    queue.push(state("busy", { queue: ["q"] }), state("starting", { queue: ["a", "q"] }));
    for (let from = queue.pop(); from !== undefined && seen.size < 4000; from = queue.pop()) {
      const key = JSON.stringify({ ...from, generation: 0 });
      if (seen.has(key)) continue;
      seen.set(key, from);
      const before = JSON.stringify(from);
      for (const event of events) {
        // An id is used once.
        if (event.type === "execute" && JSON.stringify(from).includes(`"n"`)) continue;
        const result = transition(from, event);
        expect(JSON.stringify(from)).toBe(before);
        if (!result.isAccepted) {
          expect(["session_closed", "queue_full"]).toContain(result.code);
          continue;
        }
        const { state: to, actions } = result;
        const told = `${JSON.stringify(from)} + ${JSON.stringify(event)} -> ${JSON.stringify(to)}`;
        expect(to.generation - from.generation, told).toBeLessThanOrEqual(1);
        expect(to.generation, told).toBeGreaterThanOrEqual(from.generation);
        expect(to.queue.length, told).toBeLessThanOrEqual(to.maxQueuedExecutions);
        if (to.status === "busy") expect(to.running, told).not.toBeNull();
        if (["idle", "lost", "starting"].includes(to.status)) expect(to.running, told).toBeNull();
        if (["idle", "lost", "closed"].includes(to.status)) expect(to.queue, told).toEqual([]);
        if (from.status === "closed") expect(to.status, told).toBe("closed");
        // No execution is forgotten: who left the queue was run, cancelled or failed.
        for (const id of from.queue.filter((waiting) => !to.queue.includes(waiting))) {
          const ends = actions.filter(
            (action) => "executionId" in action && action.executionId === id,
          );
          expect(ends.length, told).toBe(1);
        }
        queue.push(to);
      }
    }
    expect(seen.size).toBeGreaterThan(15);
  });

  it("runs at once when idle, queues when busy, refuses past the bound [R4.5]", () => {
    const first = after(state("idle"), { type: "execute", executionId: "a" });
    expect(first.state).toMatchObject({ status: "busy", running: { executionId: "a" } });
    expect(first.did).toEqual(["run"]);
    const second = after(first.state, { type: "execute", executionId: "b" }).state;
    const third = after(second, { type: "execute", executionId: "c" }).state;
    expect(third.queue).toEqual(["b", "c"]);
    expect(transition(third, { type: "execute", executionId: "d" })).toEqual({
      isAccepted: false,
      code: "queue_full",
    });
    const freed = after(third, { type: "execution_ended", executionId: "a", isWorkerLost: false });
    expect(freed.actions).toEqual([{ type: "run", executionId: "b" }]);
  });

  it("keeps what waits while the worker starts, then runs it in order [R2.2]", () => {
    let now = initialSession(10);
    for (const executionId of ["a", "b"]) now = after(now, { type: "execute", executionId }).state;
    const ready = after(now, { type: "worker_ready", generation: 1 });
    expect(ready.actions).toEqual([{ type: "run", executionId: "a" }]);
    expect(ready.state.queue).toEqual(["b"]);
  });

  it("ends all that wait when the worker cannot be started [R2.2]", () => {
    const result = after(state("restarting", { queue: ["q", "r"] }), {
      type: "worker_failed",
      generation: 3,
    });
    expect(result.state).toMatchObject({ status: "lost", queue: [] });
    expect(result.actions).toEqual([
      { type: "fail", executionId: "q" },
      { type: "fail", executionId: "r" },
    ]);
  });

  it("is lost with its worker, and starts a fresh one with the next execution [R2.1]", () => {
    const lost = after(state("busy"), {
      type: "execution_ended",
      executionId: "a",
      isWorkerLost: true,
    });
    expect(lost.state).toMatchObject({ status: "lost", running: null });
    const again = after(lost.state, { type: "execute", executionId: "b" });
    expect(again.state).toMatchObject({ status: "restarting", generation: 4, queue: ["b"] });
    expect(again.did).toEqual(["start_worker"]);
    expect(after(state("idle"), { type: "worker_exited", generation: 3 }).state.status).toBe(
      "lost",
    );
  });

  it("starts a fresh worker at once when somebody waits [R2.2]", () => {
    const result = after(state("busy", { queue: ["q"] }), {
      type: "execution_ended",
      executionId: "a",
      isWorkerLost: true,
    });
    expect(result.state).toMatchObject({ status: "restarting", queue: ["q"] });
    expect(result.did).toEqual(["start_worker"]);
  });

  it("interrupts, then kills when the grace is over [R1.7]", () => {
    const asked = after(state("busy"), { type: "interrupt", executionId: "a" });
    expect(asked.did).toEqual(["interrupt"]);
    expect(asked.state.running?.ending).toBe("interrupt");
    const late = after(asked.state, { type: "deadline", executionId: "a" });
    expect(late.state).toBe(asked.state);
    expect(after(asked.state, { type: "grace_over", executionId: "a" }).did).toEqual([
      "terminate_worker",
    ]);
    expect(after(state("busy"), { type: "grace_over", executionId: "a" }).did).toEqual([]);
  });

  it("calls a deadline a timeout [R2.4]", () => {
    const result = after(state("busy"), { type: "deadline", executionId: "a" });
    expect(result.state.running?.ending).toBe("timeout");
    expect(result.did).toEqual(["interrupt"]);
  });

  it("takes what is interrupted out of the queue without running it [R1.7]", () => {
    const result = after(state("busy", { queue: ["q"] }), { type: "interrupt", executionId: "q" });
    expect(result.actions).toEqual([{ type: "cancel", executionId: "q" }]);
    expect(result.state.queue).toEqual([]);
  });

  it("restarts from every state but closed, and an older worker is heard no more [D8] [D9] [S0-8]", () => {
    for (const status of statuses.filter((one) => one !== "closed")) {
      const result = after(state(status), { type: "restart" });
      expect(result.state).toMatchObject({ status: "restarting", generation: 4 });
      expect(result.did).toEqual(["stop_worker", "start_worker"]);
      const late = after(result.state, { type: "worker_ready", generation: 3 });
      expect(late.state).toBe(result.state);
      if (status !== "busy") continue;
      const end = after(result.state, {
        type: "execution_ended",
        executionId: "a",
        isWorkerLost: true,
      });
      expect(end.state).toMatchObject({ status: "restarting", running: null });
      expect(end.did).toEqual([]);
    }
  });

  it("stays closed, whatever comes [D9]", () => {
    for (const event of events) {
      const result = transition(state("closed"), event);
      if (result.isAccepted) expect(result.state.status).toBe("closed");
      else expect(result.code).toBe("session_closed");
    }
  });

  it("closes by ending what runs and what waits [R2.7]", () => {
    const result = after(state("busy", { queue: ["q"] }), { type: "close" });
    expect(result.actions).toEqual([{ type: "cancel", executionId: "q" }, { type: "stop_worker" }]);
    expect(after(result.state, { type: "close" }).did).toEqual([]);
  });
});
