import { isApiError } from "../errors/api-error.ts";
import { abortable } from "../http/abortable.ts";
import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";
import { type EventSource, followEvents } from "../stream/follow-events.ts";
import { decodeEvent } from "./decode-output.ts";
import { decodeExecution } from "./decode-execution.ts";
import { encodeBase64 } from "./encode-base64.ts";
import { eventQuery, wireEncoding } from "./event-query.ts";
import type { ExecuteOptions } from "./execute-options.ts";
import type { Execution, ExecutionDetails, OutputEncoding } from "./execution.ts";
import { ExecutionCollector } from "./execution-collector.ts";
import type { ExecutionEvent, InputRequest, WireEvent } from "./execution-event.ts";

/** What a handle follows the execution with. */
export type FollowedOptions<Encoding extends OutputEncoding> = Pick<
  ExecuteOptions<Encoding>,
  "signal" | "encoding" | "heartbeats" | "interruptOnAbort" | "onInput"
>;

/** An execution that the server has: its id, and the stream that it was answered with, if any. */
export interface StartedExecution {
  readonly id: string;
  readonly response: Response | null;
}

/**
 * An execution: `await` it for its end, or iterate over its events as they happen. Both go on over broken connections.
 * It runs whether or not somebody follows it.
 */
export class ExecutionHandle<Encoding extends OutputEncoding = "text">
  implements PromiseLike<Execution<Encoding>>, AsyncIterable<ExecutionEvent<Encoding>>
{
  readonly sessionId: string;
  /** Known when the server has taken the code. @throws as {@link Session.execute} */
  readonly id: Promise<string>;
  readonly #http: HttpClient;
  readonly #options: FollowedOptions<Encoding>;
  readonly #encoding: Encoding;
  /** Aborted by the signal of the options, and when input cannot be sent. */
  readonly #leaving = new AbortController();
  /** Aborted at the end, or when it was refused, to take the listener off the signal of the options. */
  readonly #ended = new AbortController();
  readonly #started: Promise<string>;
  #first: Response | null = null;
  #isFollowed = false;
  #answeredSeq = 0;
  #result: Promise<Execution<Encoding>> | null = null;

  /** @internal Use {@link Session.execute} and {@link Session.execution}. */
  constructor(
    http: HttpClient,
    sessionId: string,
    started: Promise<StartedExecution>,
    options: FollowedOptions<Encoding>,
  ) {
    this.#http = http;
    this.sessionId = sessionId;
    this.#options = options;
    this.#encoding = options.encoding ?? ("text" as Encoding);
    this.#started = started.then((execution) => this.#begin(execution));
    this.#watchSignal();
    this.id = abortable(() => this.#started, this.#leaving.signal);
    // Who follows it is told; and nobody may be interested.
    this.#started.catch(() => this.#ended.abort());
    this.id.catch(() => {});
  }

  /** The end of the execution, with its output. Whatever its `status` is, it is an answer and no error. */
  result(): Promise<Execution<Encoding>> {
    this.#isFollowed = true;
    return (this.#result ??= this.#collect());
  }

  // oxlint-disable-next-line unicorn/no-thenable -- `await session.execute(code)` is what it is for
  then<Result = Execution<Encoding>, Failure = never>(
    onFulfilled?: ((execution: Execution<Encoding>) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    return this.result().then(onFulfilled, onRejected);
  }

  /** The events from the first on, or behind `after`: what was, what comes, and the end. */
  async *events({ after = 0 }: { readonly after?: number } = {}): AsyncGenerator<
    ExecutionEvent<Encoding>,
    void,
    void
  > {
    for await (const event of this.#follow(after)) yield decodeEvent(event, this.#encoding);
  }

  [Symbol.asyncIterator](): AsyncGenerator<ExecutionEvent<Encoding>, void, void> {
    this.#isFollowed = true;
    return this.events();
  }

  /** The execution as it stands, with the output so far. */
  async details(options: CallOptions = {}): Promise<ExecutionDetails<Encoding>> {
    const wire = await this.#http.json<ExecutionDetails>({
      method: "GET",
      path: await this.#path(),
      query: { encoding: wireEncoding(this.#encoding) },
      ...options,
    });
    return decodeExecution(wire, this.#encoding);
  }

  /** Answers `input()`, or feeds standard input, also with bytes; `close` ends it. @throws HoldfastApiError `input_not_expected` */
  async input(
    data: string | Uint8Array,
    { close = false, ...options }: CallOptions & { readonly close?: boolean } = {},
  ): Promise<void> {
    const content = typeof data === "string" ? { data } : { base64: encodeBase64(data) };
    await this.#post("input", { ...content, close }, options);
  }

  /** Asks the code to stop; the session's state is kept. */
  async interrupt(options: CallOptions = {}): Promise<void> {
    await this.#post("interrupt", undefined, options);
  }

  /** Ends it by force, past every queue. @default `SIGKILL` */
  async kill({
    signalName = "SIGKILL",
    ...options
  }: CallOptions & { readonly signalName?: string } = {}): Promise<void> {
    await this.#post("kill", { signal: signalName }, options);
  }

  #begin({ id, response }: StartedExecution): string {
    this.#first = response;
    // An answer that nobody reads holds up the code. Who comes later is given the events from the first on.
    if (response !== null) setTimeout(() => this.#isFollowed || this.#discardFirst(), 0);
    return id;
  }

  #discardFirst(): void {
    void this.#first?.body?.cancel().catch(() => {});
    this.#first = null;
  }

  async *#follow(after: number): AsyncGenerator<WireEvent, void, void> {
    this.#isFollowed = true;
    const { signal } = this.#leaving;
    await this.id;
    const source = await this.#source();
    try {
      for await (const event of followEvents(source, { ...this.#http.options, after, signal })) {
        this.#notice(event);
        yield event;
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  async #source(): Promise<EventSource> {
    const request = {
      method: "GET",
      path: `${await this.#path()}/events`,
      headers: { accept: "text/event-stream" },
      signal: this.#leaving.signal,
      isRepeatable: false, // the stream as a whole is
      headTimeoutMs: this.#http.options.silenceMs,
    } as const;
    const open = async (after: number): Promise<Response> => {
      const first = this.#first;
      this.#first = null;
      if (first !== null && after === 0) return first;
      void first?.body?.cancel().catch(() => {});
      const query = { after, ...eventQuery(this.#options) };
      return this.#http.send({ ...request, query }, (response) => response);
    };
    return { open, canResume: true, url: this.#http.url(request) };
  }

  #notice(event: WireEvent): void {
    if (event.type === "completed") this.#ended.abort();
    const { onInput } = this.#options;
    if (event.type !== "input_request" || onInput === undefined) return;
    // Two that follow the execution see each question twice.
    if (event.seq <= this.#answeredSeq) return;
    this.#answeredSeq = event.seq;
    this.#answer(event, onInput).catch((error: unknown) => this.#leaving.abort(error));
  }

  async #answer(
    { prompt, password }: InputRequest,
    onInput: NonNullable<FollowedOptions<Encoding>["onInput"]>,
  ): Promise<void> {
    const line = await onInput({ prompt, password });
    try {
      await this.input(line ?? "", { close: line === null });
    } catch (error) {
      // The execution ended meanwhile, or somebody else was faster.
      if (!isApiError(error, "input_not_expected")) throw error;
    }
  }

  async #collect(): Promise<Execution<Encoding>> {
    if (!this.#ended.signal.aborted) {
      const collector = new ExecutionCollector(this.#encoding);
      for await (const event of this.#follow(0)) collector.add(event);
      if (collector.isWhole) return collector.execution();
    }
    const { code: _code, ...execution } = await this.details({ signal: this.#leaving.signal });
    return execution;
  }

  #watchSignal(): void {
    const { signal, interruptOnAbort = false } = this.#options;
    if (signal === undefined) return;
    const abort = () => {
      this.#leaving.abort(signal.reason);
      if (interruptOnAbort) void this.interrupt().catch(() => {});
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true, signal: this.#ended.signal });
  }

  async #post(action: string, json: unknown, options: CallOptions): Promise<void> {
    await this.#http.done({
      method: "POST",
      path: `${await this.#path()}/${action}`,
      json,
      isRepeatable: action !== "input",
      ...options,
    });
  }

  async #path(): Promise<string> {
    return pathOf`/v1/sessions/${this.sessionId}/executions/${await this.#started}`;
  }
}
