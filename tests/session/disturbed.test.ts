import { HoldfastError, type Session, type WorkerStartOptions } from "@holdfast/core";
import { describe, expect, it } from "vitest";
import { type FakeSession, driven, openFake, settle } from "../support/fake-session.ts";

const features = ["interrupt", "checkpoint", "fork", "namespace"] as const;
const inTimeMs = 60_000;
const tooLateMs = 50;
const boundOf = (what: string) => ({
  operationTimeoutMs: what === "the end of its time" ? tooLateMs : inTimeMs,
});

async function* pieces() {
  yield Buffer.from("state");
}

const operations: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  checkpoint: (session) => session.checkpoint(async () => {}),
  restore: (session) => session.restore(pieces()),
  fork: (session) => session.fork(["child"]),
  variables: (session) => session.variables(),
  transaction: (session) => session.execute("t", { onError: "rollback" }).ended,
};

interface Disturbance {
  readonly act: (test: FakeSession) => Promise<unknown>;
  /** What the operation ends with when its worker has been asked; an interrupt lets it go on. */
  readonly whileRunning: string | null;
  /** And when it waits for its turn. */
  readonly whileWaiting: string | null;
}

const disturbances: Readonly<Record<string, Disturbance>> = {
  "a restart": {
    act: ({ session }) => session.restart(),
    whileRunning: "worker_lost",
    whileWaiting: "cancelled",
  },
  "two restarts": {
    act: ({ session }) => Promise.all([session.restart(), session.restart()]),
    whileRunning: "worker_lost",
    whileWaiting: "cancelled",
  },
  "the end of the session": {
    act: ({ session }) => session.close(),
    whileRunning: "worker_lost",
    whileWaiting: "cancelled",
  },
  "the end of the worker": {
    act: async ({ worker }) => worker.crash(),
    whileRunning: "worker_lost",
    whileWaiting: null,
  },
  "an interrupt": {
    act: async ({ session }) => session.interrupt(),
    whileRunning: null,
    whileWaiting: null,
  },
  "the end of its time": {
    act: () => new Promise((done) => setTimeout(done, tooLateMs + 20)),
    whileRunning: "deadline_exceeded",
    whileWaiting: null,
  },
};

describe.each(Object.entries(operations))("%s of a session [R2.1]", (name, operate) => {
  // A savepoint has another bound, which is that of a start.
  const whileItRuns = Object.entries(disturbances).filter(
    ([what]) => name !== "transaction" || what !== "the end of its time",
  );
  it.each(whileItRuns)(
    "ends truthfully by %s while it runs, and the session goes on",
    async (what, { act, whileRunning }) => {
      const test = await openFake(boundOf(what), { features });
      const ending = outcome(operate(test.session));
      const asked = await test.worker.operations.take();
      const acting = act(test);
      await settle();
      if (whileRunning === null) asked.resolve(await answerOf(name, test));
      if (name === "transaction" && whileRunning === null && what !== "an interrupt")
        (await driven(test.worker)).end();
      await acting;
      const { code, status } = await ending;
      if (name === "transaction") expect(["lost", "interrupted"]).toContain(status);
      else expect(code).toBe(whileRunning);
      if (what !== "the end of the session") await expectGoesOn(test);
      await end(test);
    },
  );

  it.each(Object.entries(disturbances))(
    "ends truthfully by %s while it waits, and the session goes on",
    async (what, { act, whileWaiting }) => {
      const test = await openFake({ operationTimeoutMs: inTimeMs }, { features });
      const before = test.session.execute("1");
      const running = await driven(test.worker);
      const ending = outcome(operate(test.session));
      await act(test);
      if (whileWaiting === null) running.end({ status: "interrupted" });
      await before.ended;
      if (whileWaiting === null) {
        const worker =
          what === "the end of the worker" ? await test.runtime.workers.take() : test.worker;
        (await worker.operations.take()).resolve(await answerOf(name, test));
        if (name === "transaction") (await driven(worker)).end();
      }
      const { code, status } = await ending;
      if (name !== "transaction") expect(code).toBe(whileWaiting);
      else expect(status).toBe(whileWaiting === null ? "ok" : "interrupted");
      if (what !== "the end of the session") await expectGoesOn(test);
      await end(test);
    },
  );
});

/** How it ended: `code` of its error, `null` for none, and the status of an execution. */
async function outcome(
  promise: Promise<unknown>,
): Promise<{ readonly code: string | null; readonly status: string | null }> {
  try {
    const value = await promise;
    if (typeof value !== "object" || value === null || !("sessions" in value)) {
      const status =
        typeof value === "object" && value !== null && "status" in value
          ? String(value.status)
          : null;
      return { code: null, status };
    }
    await Promise.all((value.sessions as readonly Session[]).map((session) => session.close()));
    return { code: null, status: null };
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    return { code: error.code, status: null };
  }
}

async function answerOf(name: string, { runtime }: FakeSession): Promise<unknown> {
  if (name === "variables") return [];
  if (name === "checkpoint") return { format: "fake", skipped: [] };
  if (name === "restore") return { skipped: [] };
  const start: WorkerStartOptions = { sessionId: "s", env: {}, cwd: "/", startTimeoutMs: 1_000 };
  return { worker: await runtime.start(start), skipped: [] };
}

async function expectGoesOn(test: FakeSession): Promise<void> {
  const next = test.session.execute("next");
  await settle();
  const worker = test.runtime.workers.all.find(({ pid }) => pid === test.session.pid);
  (await driven(worker ?? test.worker)).end();
  expect(await next.ended).toMatchObject({ status: "ok", sessionState: "kept" });
}

/** Every worker that there was has been ended. */
async function end({ session, runtime }: FakeSession): Promise<void> {
  await session.close();
  await settle();
  const left = runtime.workers.all.filter(({ hasEnded }) => !hasEnded);
  expect(left.map(({ pid }) => pid)).toEqual([]);
}
