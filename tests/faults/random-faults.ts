import { readFileSync } from "node:fs";
import {
  type Execution,
  type ExecutionRecord,
  HoldfastError,
  type SessionFork,
} from "@holdfast/core";
import {
  type ProcessEntry,
  type SeededRandom,
  brokenFrames,
  descendantsOf,
  eventually,
  findProcess,
  identifyProcess,
  isStopped,
  readSlowly,
  scriptedCode,
  signalProcess,
} from "@holdfast/harness";
import { expect } from "vitest";
import { type TestSession, openSession } from "../support/session-run.ts";

/** A session that a fault is done to. */
export interface Victim {
  readonly test: TestSession;
  readonly language: FaultLanguage;
  readonly random: SeededRandom;
}

/** What the faults must know of a language. */
export interface FaultLanguage {
  readonly name: string;
  /** Code that keeps a text in the session's state, and code whose output or result it is then. */
  readonly mark: (text: string) => string;
  readonly readMark: string;
  /** Code that does not end by itself. */
  readonly endless: readonly string[];
  /** Prints the numbers from 1 on, a line each. */
  readonly count: (to: number) => string;
  /** Prints so many zero bytes. */
  readonly zeros: (bytes: number) => string;
  readonly closeDescriptors: string;
  /** How code ends its worker by itself, and what is told of that. */
  readonly ends: readonly {
    readonly code: string;
    readonly exitCode: number | null;
    readonly signal: NodeJS.Signals | null;
  }[];
}

/**
 * Does something bad at a random moment, and checks that what is told of it is true. Answers the execution, if it had
 * one, or that the session was restarted.
 */
export type RandomFault = (victim: Victim) => Promise<Execution | "restarted" | null>;

const lost = { status: "lost", sessionState: "lost" } as const;

/** Faults of sessions whose worker runs code. One more is one more entry. */
export const sessionFaults = {
  "kill -9 of the worker that runs something [F01]": async (victim) => {
    const execution = await startEndless(victim);
    signal(victim, "SIGKILL");
    expect(await execution.ended).toMatchObject({ ...lost, exitCode: null, signal: "SIGKILL" });
    return execution;
  },

  "kill -9 of the worker that runs nothing [F42]": async (victim) => {
    signal(victim, "SIGKILL");
    await eventually(() => victim.test.session.status === "lost", { what: "its loss" });
    return null;
  },

  "SIGSTOP, until the execution's deadline [F02]": async (victim) => {
    const execution = await startEndless(victim, victim.random.integer(20, 100));
    signal(victim, "SIGSTOP");
    const record = await execution.ended;
    expect(record.status).toBe("timeout");
    // It can have been interrupted a moment before it was halted.
    if (record.sessionState === "lost") expect(record.signal).toBe("SIGKILL");
    return execution;
  },

  "SIGSTOP and SIGCONT": async (victim) => {
    const { test, language, random } = victim;
    const execution = test.session.execute(language.count(2_000));
    await moment(random);
    const { pid } = signal(victim, "SIGSTOP");
    await eventually(() => isStopped(pid), { what: "the halt" });
    signal(victim, "SIGCONT");
    expect(await execution.ended).toMatchObject({ status: "ok", sessionState: "kept" });
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i + 1}\n`).join("");
    expect(execution.stdout.toString()).toBe(lines);
    return execution;
  },

  "an interrupt": async (victim) => {
    const execution = await startEndless(victim);
    execution.interrupt();
    expect(await execution.ended).toMatchObject({ status: "interrupted" });
    return execution;
  },

  "all descriptors closed [F12] [F13]": async ({ test, language }) => {
    const execution = test.session.execute(language.closeDescriptors, { timeoutMs: 500 });
    const { status } = await execution.ended;
    expect(["ok", "lost", "timeout"]).toContain(status);
    return execution;
  },

  "a reader that cannot keep up [F20]": async ({ test, language, random }) => {
    const bytes = random.integer(1, 4_000_000);
    const execution = test.session.execute(language.zeros(bytes));
    let received = 0;
    for await (const event of readSlowly(execution.events(), () => moment(random, 2)))
      if (event.type === "stdout") received += event.bytes.length;
    expect(received).toBe(bytes);
    expect(await execution.ended).toMatchObject({ status: "ok", stdoutBytes: bytes });
    return execution;
  },

  "code that ends its worker [F14] [F15]": async ({ test, language, random }) => {
    const { code, exitCode, signal: by } = random.pick(language.ends);
    const execution = test.session.execute(`${language.count(100)}\n${code}`);
    expect(await execution.ended).toMatchObject({ ...lost, exitCode, signal: by });
    expect(execution.stdout.toString()).toMatch(/^1\n2\n[^]*\n100\n$/);
    return execution;
  },
} as const satisfies Readonly<Record<string, RandomFault>>;

/** Faults while the state is written down, copied or kept; then it is as before, or the session says that it is lost. */
export const stateFaults = {
  "kill -9 during a checkpoint [F01] [R2.1]": async (victim) => {
    const checkpoint = outcomeOf(victim.test.session.checkpoint(async () => {}));
    await moment(victim.random, 6);
    const didKill = trySignal(victim, "SIGKILL");
    expect([null, "worker_lost"]).toContain((await checkpoint).code);
    await expectLostIf(victim, didKill);
    return null;
  },

  "kill -9 during a fork [F01] [R2.1]": async (victim) => {
    const { session } = victim.test;
    const fork = outcomeOf(session.fork(["one", "two"]));
    await moment(victim.random, 10);
    const didKill = trySignal(victim, "SIGKILL");
    const { code, value } = await fork;
    expect([null, "worker_lost", "worker_start_failed"]).toContain(code);
    for (const child of value?.sessions ?? []) {
      // One that was forked a moment ago may go with its parent: once, and it says so.
      const first = await child.execute("1").ended;
      if (first.status === "lost") expect(first).toMatchObject(lost);
      else expect(first).toMatchObject({ status: "ok", sessionState: "kept" });
      await child.close();
    }
    await expectLostIf(victim, didKill);
    return null;
  },

  "a restart during a checkpoint or a fork [R2.1]": async ({ test, random }) => {
    const { session } = test;
    const operation = outcomeOf<unknown>(
      random.next() < 0.5 ? session.checkpoint(async () => {}) : closed(session.fork(["one"])),
    );
    await moment(random, 6);
    await session.restart();
    expect([null, "worker_lost", "worker_start_failed"]).toContain((await operation).code);
    return "restarted";
  },

  "kill -9 in a transaction: back to where it was [R8.3]": async (victim) => {
    const { test, language, random } = victim;
    const execution = test.session.execute(
      `${language.mark("never")}\n${random.pick(language.endless)}`,
      { onError: "rollback" },
    );
    for await (const { type } of execution.events()) if (type === "started") break;
    await moment(random);
    signal(victim, "SIGKILL");
    expect(await execution.ended).toMatchObject({ status: "lost", sessionState: "restored" });
    return null;
  },
} as const satisfies Readonly<Record<string, RandomFault>>;

/** Faults of a scripted worker, whose code is what it sends. */
export const frameFaults = {
  "half, garbage and oversized frames [F07] [F08] [F09] [F10]": async ({ test, random }) => {
    const bytes =
      random.next() < 0.5
        ? random.pick(brokenFrames()).bytes
        : random.bytes(random.integer(1, 200));
    const execution = test.session.execute(
      scriptedCode({ type: "send_bytes", bytes }, { type: "exit", exitCode: 7 }),
    );
    const record = await execution.ended;
    expect(record).toMatchObject(lost);
    expect([
      [7, null],
      [null, "SIGKILL"],
    ]).toContainEqual([record.exitCode, record.signal]);
    return execution;
  },
} as const satisfies Readonly<Record<string, RandomFault>>;

/** Faults of the process that Python sessions are forked from: they live on without it. */
export const templateFaults = {
  "kill -9 of the template, while a session starts": async ({ test, random }) => {
    const opening = openSession(test.session.runtime);
    await moment(random, 5);
    for (const entry of descendantsOf(process.pid))
      if (isTemplate(entry)) signalProcess(entry, "SIGKILL");
    const session = await opening;
    // One that was forked a moment ago may go with its template: once, and it says so.
    const runs = [
      await session.run("1 + 1"),
      await session.run("1 + 1"),
      await session.run("1 + 1"),
    ];
    const losses = runs.filter(({ status }) => status === "lost");
    expect(losses.length).toBeLessThanOrEqual(1);
    for (const loss of losses) expect(loss).toMatchObject({ ...lost, signal: "SIGKILL" });
    for (const run of runs.filter((one) => !losses.includes(one)))
      expect(run).toMatchObject({ status: "ok", result: { value: 2 } });
    await session[Symbol.asyncDispose]();
    return null;
  },
} as const satisfies Readonly<Record<string, RandomFault>>;

/** What must hold of every execution that has ended, however it did: one end, after which nothing comes. */
export async function expectOneEnd(execution: Execution): Promise<ExecutionRecord> {
  const record = await execution.ended;
  let last = 0;
  const ends: string[] = [];
  for await (const event of execution.events()) {
    expect(event.type === "gap" ? event.fromSeq : event.seq).toBe(last + 1);
    last = event.seq;
    ends.push(event.type);
  }
  expect(ends.filter((type) => type === "completed")).toEqual(["completed"]);
  expect(ends.at(-1)).toBe("completed");
  expect(execution.record).toEqual(record);
  return record;
}

interface Outcome<T> {
  readonly value: T | null;
  readonly code: string | null;
}

/** What something came to, or the code of its error. */
async function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await promise, code: null };
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    return { value: null, code: error.code };
  }
}

async function closed(fork: Promise<SessionFork>): Promise<void> {
  for (const session of (await fork).sessions) await session.close();
}

async function expectLostIf({ test }: Victim, isKilled: boolean): Promise<void> {
  if (isKilled) await eventually(() => test.session.status === "lost", { what: "its loss" });
}

/** Where there is a worker: a fault may come while there is none. */
function trySignal({ test }: Victim, name: NodeJS.Signals): boolean {
  const identity = identifyProcess(test.session.pid ?? 0);
  return identity !== null && signalProcess(identity, name);
}

async function startEndless(
  { test, language, random }: Victim,
  timeoutMs: number | null = null,
): Promise<Execution> {
  const execution = test.session.execute(random.pick(language.endless), { timeoutMs });
  await moment(random);
  return execution;
}

/** Up to so many milliseconds: the fault comes before, at and after whatever happens in that time. */
function moment(random: SeededRandom, maxMs = 10): Promise<void> {
  return new Promise((done) => setTimeout(done, random.next() * maxMs));
}

function signal({ test }: Victim, name: NodeJS.Signals): { readonly pid: number } {
  const pid = test.session.pid ?? 0;
  const identity = identifyProcess(pid);
  if (identity === null || !signalProcess(identity, name))
    throw new Error(`there is no worker to be signalled (${pid})`);
  return { pid };
}

/** What is forked from a template has its command line, too; but only the template has a guard that we have started. */
function isTemplate({ pid, parentPid }: ProcessEntry): boolean {
  const isOurs = findProcess(parentPid)?.parentPid === process.pid;
  return isOurs && commandLine(pid).includes("\0template\0");
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // It has ended meanwhile.
  }
}
