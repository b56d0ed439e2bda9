import type { HttpClient } from "../http/http-client.ts";
import { followEvents } from "../stream/follow-events.ts";
import { decodeEvent } from "./decode-output.ts";
import { wireEncoding } from "./event-query.ts";
import { type ExecuteOptions, executeRequest } from "./execute-options.ts";
import type { Execution, OutputEncoding } from "./execution.ts";
import { ExecutionCollector } from "./execution-collector.ts";
import type { ExecutionEvent, WireEvent } from "./execution-event.ts";

/** Code that is run once, in a session of its own. */
export interface RunOptions<Encoding extends OutputEncoding = "text"> extends Pick<
  ExecuteOptions<Encoding>,
  "stdin" | "env" | "cwd" | "timeoutMs" | "trackChanges" | "encoding" | "signal"
> {
  /** Such as `python`, see {@link HoldfastClient.runtimes}. */
  readonly runtime: string;
  readonly code: string;
}

/**
 * A run in a session of its own: `await` it for its end, or iterate over its events, one of both. The session ends with
 * the run, and with the connection: a run that breaks off is gone, and is not tried again.
 */
export class RunHandle<Encoding extends OutputEncoding = "text">
  implements PromiseLike<Execution<Encoding>>, AsyncIterable<ExecutionEvent<Encoding>>
{
  readonly #http: HttpClient;
  readonly #options: RunOptions<Encoding>;
  readonly #encoding: Encoding;
  readonly #response: Promise<Response>;
  #result: Promise<Execution<Encoding>> | null = null;
  #isTaken = false;

  /** @internal Use {@link HoldfastClient.run}. */
  constructor(http: HttpClient, options: RunOptions<Encoding>) {
    this.#http = http;
    this.#options = options;
    this.#encoding = options.encoding ?? ("text" as Encoding);
    const { runtime, code, ...rest } = options;
    const request = {
      method: "POST",
      path: "/v1/run",
      query: { encoding: wireEncoding(this.#encoding) },
      json: { runtime, ...executeRequest(code, rest) },
      headers: { accept: "text/event-stream" },
      signal: options.signal,
    } as const;
    this.#response = http.send(request, (response) => response);
    this.#response.catch(() => {});
  }

  /** Its end, with its output up to 16 MiB a stream. */
  result(): Promise<Execution<Encoding>> {
    return (this.#result ??= this.#collect());
  }

  // oxlint-disable-next-line unicorn/no-thenable -- `await client.run(options)` is what it is for
  then<Result = Execution<Encoding>, Failure = never>(
    onFulfilled?: ((execution: Execution<Encoding>) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    return this.result().then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExecutionEvent<Encoding>, void, void> {
    for await (const event of this.#follow()) yield decodeEvent(event, this.#encoding);
  }

  #follow(): AsyncGenerator<WireEvent, void, void> {
    if (this.#isTaken) throw new TypeError("a run can be followed once: awaited, or iterated over");
    this.#isTaken = true;
    const url = this.#http.url({ path: "/v1/run" });
    return followEvents(
      { open: () => this.#response, canResume: false, url },
      { ...this.#http.options, after: 0, signal: this.#options.signal },
    );
  }

  async #collect(): Promise<Execution<Encoding>> {
    const collector = new ExecutionCollector(this.#encoding);
    for await (const event of this.#follow()) collector.add(event);
    return collector.execution();
  }
}
