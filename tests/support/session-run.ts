import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ExecuteOptions,
  type ExecutionRecord,
  type Runtime,
  Session,
  type SessionOptions,
} from "@holdfast/core";

/** An execution that has ended, with its output as text. */
export interface Ran extends ExecutionRecord {
  readonly out: string;
  readonly err: string;
}

/** A session in an empty folder of its own, that goes with it. */
export interface TestSession extends AsyncDisposable {
  readonly session: Session;
  readonly directory: string;
  /** What arrived after the end of its execution, by the execution's id. */
  readonly late: Map<string, string>;
  run(code: string, options?: ExecuteOptions): Promise<Ran>;
}

/** Opens a session for one test. */
export async function openSession(
  runtime: Runtime,
  options: SessionOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TestSession> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "session-test-")));
  const late = new Map<string, string>();
  const session = await Session.open({
    ...options,
    runtime,
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: directory,
      LANG: "C.UTF-8",
      ...options.env,
    },
    cwd: directory,
    onLateOutput: (id, _stream, bytes) => late.set(id, (late.get(id) ?? "") + bytes.toString()),
  });
  return {
    session,
    directory,
    late,
    async run(code, more = {}) {
      const execution = session.execute(code, more);
      const record = await execution.ended;
      return { ...record, out: execution.stdout.toString(), err: execution.stderr.toString() };
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Settles with the first event of that type. */
export async function eventOf(session: Session, executionId: string, type: string): Promise<void> {
  for await (const event of session.execution(executionId).events())
    if (event.type === type) return;
  throw new Error(`no ${type} came`);
}

/** Whether a process of that id is alive (a zombie is not). */
export async function isAlive(pid: number): Promise<boolean> {
  const { readFile } = await import("node:fs/promises");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}
