import type { McpConnection } from "./mcp-connection.ts";

/** How many connections there may be, and for how long. */
export interface McpConnectionLimits {
  /** One more of a caller ends the one of theirs that was not used for the longest time. */
  readonly maxConnections: number;
  /** One that is not used for so long is ended. */
  readonly idleTimeoutMs: number;
}

/** The connections that are open, by their id. */
export class McpConnections {
  readonly #limits: McpConnectionLimits;
  readonly #open = new Map<string, McpConnection>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(limits: McpConnectionLimits) {
    this.#limits = limits;
  }

  /** One of this caller; `null` for those of others, too. Its time begins anew. */
  find(id: string, caller: string): McpConnection | null {
    const connection = this.#open.get(id);
    if (connection === undefined || connection.caller !== caller) return null;
    this.#timers.get(id)?.refresh();
    return connection;
  }

  add(connection: McpConnection): void {
    const { maxConnections, idleTimeoutMs } = this.#limits;
    const theirs = this.all.filter(({ caller }) => caller === connection.caller);
    if (theirs.length >= maxConnections) {
      const [oldest] = theirs.toSorted((a, b) => a.lastUsedAt - b.lastUsedAt);
      void oldest?.close();
    }
    this.#open.set(connection.id, connection);
    const timer = setTimeout(() => void connection.close(), idleTimeoutMs);
    timer.unref();
    this.#timers.set(connection.id, timer);
  }

  remove({ id }: McpConnection): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#open.delete(id);
  }

  get all(): readonly McpConnection[] {
    return [...this.#open.values()];
  }
}
