import { workerRequest } from "../session/execute-options.ts";
import type { Execution } from "../session/execution.ts";
import type { ExecutionHandle } from "../session/execution-handle.ts";
import type { Session } from "../session/session.ts";
import type { Idempotency } from "../store/followed-execution.ts";
import { PastExecution } from "../store/past-execution.ts";
import type { Recorder } from "../store/recorder.ts";
import type { Store } from "../store/store.ts";
import type { StoredExecution } from "../store/stored-execution.ts";
import { bodyHash, checkIdempotencyKey, checkSameBody } from "./body-hash.ts";
import type { HostExecuteOptions } from "./host-options.ts";
import { randomId } from "../worker/random-id.ts";

interface First {
  readonly executionId: string;
  readonly bodyHash: string;
  readonly execution: Promise<ExecutionHandle>;
  /** What `execution` has answered; `null` until it has. */
  handle: ExecutionHandle | null;
}

/** What makes executions of a session survive this process. */
export interface Recording {
  readonly store: Store;
  readonly recorder: Recorder;
}

/**
 * The executions of one session by their idempotency keys. With a store the key is written before the code runs, so that
 * it holds after the end of this process, too.
 */
export class IdempotentExecutions {
  readonly #session: Session;
  readonly #recording: Recording | null;
  readonly #maxKeys: number;
  readonly #firsts = new Map<string, First>();
  /** Executions that never ran, by their keys: the store has them still, since it failed when they were to be taken out. */
  readonly #refused = new Map<string, string>();

  constructor(session: Session, recording: Recording | null, maxKeys: number) {
    this.#session = session;
    this.#recording = recording;
    this.#maxKeys = maxKeys;
  }

  /**
   * The first execution of that key, which is started when there is none.
   * @throws HoldfastError `idempotency_conflict`, `store_unavailable`, and what {@link start} throws; the key is free then
   */
  async execute(
    code: string,
    idempotencyKey: string,
    options: StartOptions,
  ): Promise<ExecutionHandle> {
    const key = checkIdempotencyKey(idempotencyKey);
    const hash = bodyHash(code, options);
    const first = this.#firsts.get(key);
    if (first !== undefined) {
      checkSameBody(key, first.bodyHash, hash, first.executionId);
      return first.execution;
    }
    const executionId = options.id ?? randomId();
    const execution = this.#first({ key, bodyHash: hash }, code, { ...options, id: executionId });
    const own: First = { executionId, bodyHash: hash, execution, handle: null };
    this.#firsts.set(key, own);
    try {
      return (own.handle = await execution);
    } catch (error) {
      this.#firsts.delete(key);
      throw error;
    } finally {
      this.#forgetOldest();
    }
  }

  async #first(
    idempotency: Idempotency,
    code: string,
    options: StartOptions & { readonly id: string },
  ): Promise<ExecutionHandle> {
    if (this.#recording === null) return start(this.#session, code, options);
    const { store, recorder } = this.#recording;
    const { id: sessionId } = this.#session;
    const intent = intentOf(sessionId, code, options, idempotency);
    await this.#forgetRefused(idempotency.key, store);
    const earlier = await store.claim(intent);
    if (earlier !== null) return this.#earlier(earlier, idempotency, store);
    const unexpect = recorder.expect(sessionId, options.id, idempotency);
    try {
      return await start(this.#session, code, options);
    } catch (error) {
      // It never ran: whoever asks again may have it run.
      this.#refused.set(idempotency.key, options.id);
      await this.#forgetRefused(idempotency.key, store).catch(() => {}); // the next one tries again
      throw error;
    } finally {
      unexpect();
    }
  }

  /** @throws HoldfastError `store_unavailable` */
  async #forgetRefused(key: string, store: Store): Promise<void> {
    const executionId = this.#refused.get(key);
    if (executionId === undefined) return;
    const { id: sessionId } = this.#session;
    await store.write([{ type: "execution_gone", sessionId, executionId }]);
    this.#refused.delete(key);
  }

  /** One of an earlier process, or one that this session has forgotten. */
  async #earlier(
    stored: StoredExecution,
    { key, bodyHash: hash }: Idempotency,
    store: Store,
  ): Promise<ExecutionHandle> {
    const { id } = stored.record;
    checkSameBody(key, stored.idempotency?.bodyHash ?? "", hash, id);
    return (
      this.#session.executions.find((one) => one.id === id) ?? PastExecution.read(store, stored)
    );
  }

  /** Keys of executions that the session has forgotten: from now on the store knows them, or nobody. */
  #forgetOldest(): void {
    if (this.#firsts.size <= this.#maxKeys) return;
    const known = new Set(this.#session.executions.map(({ id }) => id));
    for (const [key, { executionId, handle }] of this.#firsts) {
      if (handle?.hasEnded !== true || known.has(executionId)) continue;
      this.#firsts.delete(key);
      if (this.#firsts.size <= this.#maxKeys) return;
    }
  }
}

/** What a keyed execution and one without a key have in common. */
type StartOptions = Omit<HostExecuteOptions, "idempotencyKey">;

/** Starts code in a session, in the foreground or beside it. @throws HoldfastError as the methods of {@link Session} */
export async function start(
  session: Session,
  code: string,
  { background = false, ...options }: StartOptions,
): Promise<Execution> {
  return background ? session.executeInBackground(code, options) : session.execute(code, options);
}

function intentOf(
  sessionId: string,
  code: string,
  { background = false, ...options }: StartOptions & { readonly id: string },
  idempotency: Idempotency,
): StoredExecution {
  const { executionId, cwd, allowInput } = workerRequest(code, options);
  return {
    version: 1,
    code,
    cwd,
    timeoutMs: options.timeoutMs ?? null,
    allowInput,
    idempotency,
    lastSeq: 0,
    stdoutRest: new Uint8Array(),
    stderrRest: new Uint8Array(),
    record: {
      id: executionId,
      sessionId,
      status: "queued",
      isBackground: background,
      pid: null,
      exitCode: null,
      signal: null,
      stdoutBytes: 0,
      stderrBytes: 0,
      truncated: false,
      result: null,
      displays: [],
      error: null,
      changes: null,
      queuedAt: Date.now(),
      startedAt: null,
      durationMs: 0,
      sessionState: "kept",
    },
  };
}
