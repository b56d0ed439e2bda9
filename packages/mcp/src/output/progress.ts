import type { ServerContext } from "@modelcontextprotocol/server";

const quietMs = 5_000;
const intervalMs = 500;
const maxMessageLength = 200;
const maxRecentLength = 1_000;

/**
 * Tells a client that asked for it how a call gets on: seconds so far, with the last line of output; at most twice a second,
 * and every five seconds where nothing new comes. Dispose of it when the call is over.
 */
export class Progress implements Disposable {
  readonly #context: ServerContext;
  readonly #timer: NodeJS.Timeout | null;
  readonly #startedAt = performance.now();
  #toldAt = performance.now();
  #recent = "";
  #isNew = false;

  constructor(context: ServerContext) {
    this.#context = context;
    const { _meta: meta } = context.mcpReq;
    const token = meta?.progressToken;
    this.#timer = token === undefined ? null : setInterval(() => this.#tick(token), intervalMs);
  }

  output(text: string): void {
    if (this.#timer === null) return;
    this.#recent = `${this.#recent}${text}`.slice(-maxRecentLength);
    this.#isNew = true;
  }

  #tick(progressToken: string | number): void {
    const now = performance.now();
    if (!this.#isNew && now - this.#toldAt < quietMs) return;
    this.#isNew = false;
    this.#toldAt = now;
    const progress = Math.round(now - this.#startedAt) / 1000;
    const line = this.#recent.trimEnd().split("\n").at(-1) ?? "";
    const message = line.slice(-maxMessageLength).toWellFormed();
    void this.#context.mcpReq
      .notify({
        method: "notifications/progress",
        params: { progressToken, progress, ...(message === "" ? {} : { message }) },
      })
      .catch(() => {}); // the connection has gone, and with it the call
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }
}
