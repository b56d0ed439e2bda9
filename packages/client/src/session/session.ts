import { isApiError } from "../errors/api-error.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { decodeExecution } from "../execution/decode-execution.ts";
import { eventQuery, wireEncoding } from "../execution/event-query.ts";
import { type ExecuteOptions, executeRequest } from "../execution/execute-options.ts";
import type { ExecutionDetails, OutputEncoding } from "../execution/execution.ts";
import {
  ExecutionHandle,
  type FollowedOptions,
  type StartedExecution,
} from "../execution/execution-handle.ts";
import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";
import { type ListOptions, Pages } from "../http/pages.ts";
import { randomId } from "../random-id.ts";
import type { Completions, Inspection, Module } from "./namespace.ts";
import type { Resources, SessionInfo, Skipped, UpdateSession } from "./session-info.ts";
import { SessionFiles } from "./session-files.ts";
import { SessionProcesses } from "./session-processes.ts";
import { SessionVariables } from "./session-variables.ts";

/**
 * A session on the server, by its id. The handle itself keeps nothing: make as many as you like. Disposing of it ends the
 * session, so `await using` is for who made it.
 */
export class Session implements AsyncDisposable {
  readonly id: string;
  readonly files: SessionFiles;
  readonly processes: SessionProcesses;
  readonly variables: SessionVariables;
  readonly #http: HttpClient;
  readonly #path: string;
  /** Requests to start code go out one after the other, so that it runs in the order of the calls. */
  #lastStart: Promise<unknown> = Promise.resolve();

  /** @internal Use {@link HoldfastClient.session} and {@link Sessions.create}. */
  constructor(http: HttpClient, id: string) {
    this.#http = http;
    this.id = id;
    this.#path = pathOf`/v1/sessions/${id}`;
    this.files = new SessionFiles(http, id);
    this.processes = new SessionProcesses(http, id);
    this.variables = new SessionVariables(http, id);
  }

  /**
   * Runs code. It is queued at once, behind what was sent before; `await` it for its end, or iterate over its events.
   * @throws HoldfastApiError `session_not_found`, `session_closed`, `session_expired`, `queue_full`, `invalid_request`;
   * ConnectionError; the signal's reason
   */
  execute<Encoding extends OutputEncoding = "text">(
    code: string,
    options: ExecuteOptions<Encoding> = {},
  ): ExecutionHandle<Encoding> {
    const started = this.#lastStart.then(() => this.#start(code, options));
    this.#lastStart = started.catch(() => {});
    return new ExecutionHandle<Encoding>(this.#http, this.id, started, options);
  }

  /** An execution of this session that was started before, to be followed, fed or ended. */
  execution<Encoding extends OutputEncoding = "text">(
    id: string,
    options: FollowedOptions<Encoding> = {},
  ): ExecutionHandle<Encoding> {
    const started = Promise.resolve({ id, response: null });
    return new ExecutionHandle<Encoding>(this.#http, this.id, started, options);
  }

  /** What was run, the newest first. */
  executions<Encoding extends OutputEncoding = "text">({
    signal,
    limit,
    encoding = "text" as Encoding,
  }: ListOptions & { readonly encoding?: Encoding } = {}): Pages<ExecutionDetails<Encoding>> {
    return new Pages(async (cursor) => {
      const { items, nextCursor } = await this.#http.json<{
        readonly items: readonly ExecutionDetails[];
        readonly nextCursor: string | null;
      }>({
        method: "GET",
        path: `${this.#path}/executions`,
        query: { limit, cursor, encoding: wireEncoding(encoding) },
        signal,
      });
      return {
        items: items.map((one) => decodeExecution(one, encoding)).toReversed(),
        nextCursor,
      };
    });
  }

  /** The session as it stands; asking does not extend its life. */
  info(options: CallOptions = {}): Promise<SessionInfo> {
    return this.#http.json({ method: "GET", path: this.#path, ...options });
  }

  update(changes: UpdateSession, options: CallOptions = {}): Promise<SessionInfo> {
    return this.#http.json({
      method: "PATCH",
      path: this.#path,
      json: changes,
      isRepeatable: true,
      ...options,
    });
  }

  /** Ends the session and all it started, background jobs too. */
  delete(options: CallOptions = {}): Promise<void> {
    return this.#http.done({ method: "DELETE", path: this.#path, ...options });
  }

  /** {@link delete}, and content with a session that is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.delete();
    } catch (error) {
      if (!isApiError(error, "session_not_found", "session_closed", "session_expired")) throw error;
    }
  }

  /** Stops what runs; the state is kept. */
  interrupt(options: CallOptions = {}): Promise<SessionInfo> {
    return this.#post("interrupt", undefined, options);
  }

  /** A fresh worker; the state is gone. */
  restart(options: CallOptions = {}): Promise<SessionInfo> {
    return this.#post("restart", undefined, options);
  }

  /** A fresh worker, in the directory and with the environment of the beginning. */
  reset(options: CallOptions = {}): Promise<SessionInfo> {
    return this.#post("reset", undefined, options);
  }

  /**
   * Sessions with the whole state of this one: all come, or none. What they do not have, such as threads, is in `skipped`.
   * @throws HoldfastApiError `feature_unsupported`, `too_many_sessions`, `session_exists`
   */
  async fork({
    signal,
    ...request
  }: CallOptions & { readonly count?: number; readonly ids?: readonly string[] } = {}): Promise<{
    readonly sessions: readonly Session[];
    readonly skipped: readonly Skipped[];
  }> {
    const { items, skipped } = await this.#post<{
      readonly items: readonly SessionInfo[];
      readonly skipped: readonly Skipped[];
    }>("fork", request, { signal });
    return { sessions: items.map(({ id }) => new Session(this.#http, id)), skipped };
  }

  /** Keeps the state. One with a name is kept until it is deleted. @throws HoldfastApiError `feature_unsupported` */
  checkpoint({
    signal,
    ...request
  }: CallOptions & { readonly name?: string } = {}): Promise<Checkpoint> {
    return this.#post("checkpoints", request, { signal });
  }

  /** Of this session, newest first. */
  checkpoints({ signal, ...query }: ListOptions = {}): Pages<Checkpoint> {
    return new Pages((cursor) =>
      this.#http.json({
        method: "GET",
        path: `${this.#path}/checkpoints`,
        query: { ...query, cursor },
        signal,
      }),
    );
  }

  /** Puts a checkpoint in the place of the state. @throws HoldfastApiError `checkpoint_not_found`, `checkpoint_invalid` */
  restore(checkpointId: string, options: CallOptions = {}): Promise<SessionInfo> {
    return this.#post("restore", { checkpointId }, options);
  }

  /** What was imported, and by which execution. */
  async modules(options: CallOptions = {}): Promise<readonly Module[]> {
    const request = { method: "GET", path: `${this.#path}/modules`, ...options } as const;
    return (await this.#http.json<{ readonly items: readonly Module[] }>(request)).items;
  }

  /** What could stand at the cursor, which counts code points. @default cursor: the end of the code */
  complete(
    code: string,
    { signal, ...request }: CallOptions & { readonly cursor?: number } = {},
  ): Promise<Completions> {
    return this.#post("complete", { code, ...request }, { signal }, true);
  }

  /** Documentation of what stands at the cursor. @default cursor: the end of the code */
  inspect(
    code: string,
    { signal, ...request }: CallOptions & { readonly cursor?: number } = {},
  ): Promise<Inspection> {
    return this.#post("inspect", { code, ...request }, { signal }, true);
  }

  /** What the session uses now. */
  resources(options: CallOptions = {}): Promise<Resources> {
    return this.#http.json({ method: "GET", path: `${this.#path}/resources`, ...options });
  }

  async #start(code: string, options: ExecuteOptions<OutputEncoding>): Promise<StartedExecution> {
    const { idempotencyKey = randomId(), signal, interruptOnAbort } = options;
    const request = {
      method: "POST",
      path: `${this.#path}/executions`,
      query: eventQuery(options),
      json: executeRequest(code, options),
      headers: { accept: "text/event-stream", "idempotency-key": idempotencyKey },
      isRepeatable: true,
      headTimeoutMs: this.#http.options.silenceMs,
      // To be interrupted, it has to be known.
      signal: interruptOnAbort === true ? undefined : signal,
    } as const;
    signal?.throwIfAborted();
    return this.#http.send(request, (response) => {
      const id = response.headers.get("x-execution-id") ?? "";
      return { id, response };
    });
  }

  #post<T>(action: string, json: unknown, options: CallOptions, isRepeatable = false): Promise<T> {
    const path = `${this.#path}/${action}`;
    return this.#http.json({ method: "POST", path, json, isRepeatable, ...options });
  }
}
