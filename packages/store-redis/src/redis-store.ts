import {
  type PruneBounds,
  type SessionRecord,
  type Store,
  type StoreChange,
  type StoredEvent,
  type StoredExecution,
  type StoredRows,
  type TombstoneRecord,
  damagedRow,
  decodeExecution,
  decodeRecord,
  executionNotStored,
  sessionRecordSchema,
  tombstoneSchema,
} from "@holdfast/core";
import { type Argument, encodeChanges, encoded } from "./encode-changes.ts";
import { LiveSessions } from "./live-sessions.ts";
import { readEvents, readLastSeq } from "./read-events.ts";
import { askForRows, orReply, pairs, readReplies, texts } from "./read-replies.ts";
import { type RedisAddress, parseRedisAddress } from "./redis-address.ts";
import { ConnectionLost, RedisReply } from "./redis-error.ts";
import { RedisLink } from "./redis-link.ts";
import { type RedisStoreOptions, resolveRedisStoreOptions } from "./redis-store-options.ts";
import { scripts } from "./scripts.ts";

// A script holds up everybody who uses that Redis: no more sessions in one go.
const sessionsAtOnce = 50;

/**
 * A store in Redis, under a prefix. The host that opened it last is the one that writes: an earlier one fails with
 * `store_unavailable` from then on, and what was still on its way from there changes nothing. What is stored survives the
 * end of this machine; whether it survives that of Redis is up to how Redis is set up.
 */
export class RedisStore implements Store {
  /** Where it is, without user and password. */
  readonly address: string;
  readonly #link: RedisLink;
  readonly #doubts = new Set<readonly Argument[]>();
  readonly #live = new LiveSessions();
  #renewal: NodeJS.Timeout | null = null;

  private constructor(address: RedisAddress, options: RedisStoreOptions) {
    this.address = address.shown;
    this.#link = new RedisLink(address, {
      ...resolveRedisStoreOptions(options),
      doubts: this.#doubts,
      restore: (connection) => this.#live.restore(connection),
    });
  }

  /**
   * Connects, and becomes the one that writes.
   * @param address `redis://[[user]:password@]host[:port][/database]`, the same with `rediss:` for TLS, or
   *   `unix:///path/to/socket[?db=database]`
   * @throws HoldfastError `store_unavailable` when it is not there, does not answer in time or refuses; `store_invalid` for
   *   one of a later version; `invalid_request` for an address or option that cannot be
   */
  static async open(address: string, options: RedisStoreOptions = {}): Promise<RedisStore> {
    const store = new RedisStore(parseRedisAddress(address), options);
    const { ttlMs } = resolveRedisStoreOptions(options);
    try {
      await store.#renew();
    } catch (error) {
      await store.close();
      throw error;
    }
    if (ttlMs !== null) store.#renewEvery(Math.min(ttlMs / 4, 2 ** 31 - 1));
    return store;
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    const args = encodeChanges(changes);
    await this.#link.use(async ({ writeScript }) => writeScript(scripts.write, ...args));
    this.#live.note(changes);
  }

  async claim(execution: StoredExecution): Promise<StoredExecution | null> {
    const { id, sessionId } = execution.record;
    const data = encoded(execution);
    const key = execution.idempotency?.key ?? "";
    const reply = await this.#link.use(async ({ writeScript }) => {
      try {
        return await writeScript(scripts.claim, sessionId, id, key, data);
      } catch (error) {
        // It fails, so it must not have been made.
        if (error instanceof ConnectionLost) this.#doubts.add([sessionId, id, data]);
        throw error;
      }
    });
    const [first] = pairs(reply);
    return first === undefined ? null : decodeExecution(first[1], first[0]);
  }

  async sessions(): Promise<StoredRows<SessionRecord>> {
    return this.#link.use(async ({ read }) => {
      const ids = texts(await read("ZRANGE", "sessions", "0", "-1"));
      const rows = await askForRows(ids, (id) => read("GET", `session:${id}`));
      const there = rows.filter(([, data]) => data !== null);
      const what = (id: string) => `session ${id}`;
      const found = readReplies(there, what, (data, id) =>
        decodeRecord(data, sessionRecordSchema, what(id)),
      );
      this.#live.note(found.records.map((record) => ({ type: "session", record })));
      return found;
    });
  }

  async tombstones(): Promise<StoredRows<TombstoneRecord>> {
    return this.#link.use(async ({ read }) => {
      const ids = texts(await read("ZRANGE", "buried", "0", "-1"));
      const rows = await askForRows(ids, (id) => read("HGET", "tombstones", id));
      const what = (id: string) => `tombstone of session ${id}`;
      return readReplies(rows, what, (data, id) => decodeRecord(data, tombstoneSchema, what(id)));
    });
  }

  async unfinished(): Promise<StoredRows<StoredExecution>> {
    return this.#link.use(async ({ read }) => {
      const names = texts(await read("ZRANGE", "unfinished", "0", "-1"));
      const rows = await askForRows(names, (name) => {
        const [sessionId, id] = split(name);
        return read("HGET", `executions:${sessionId}`, id);
      });
      const there = rows.filter(([, data]) => data !== null);
      return readReplies(
        there,
        (name) => `execution ${split(name)[1]}`,
        (data, name) => decodeExecution(data, split(name)[1]),
      );
    });
  }

  async execution(sessionId: string, executionId: string): Promise<StoredExecution | null> {
    const what = `execution ${executionId}`;
    const data = await this.#row(what, ({ read }) =>
      read("HGET", `executions:${sessionId}`, executionId),
    );
    return data === null ? null : decodeExecution(data, executionId);
  }

  async executions(
    sessionId: string,
    { before, limit }: { readonly before?: string; readonly limit: number },
  ): Promise<StoredRows<StoredExecution>> {
    const reply = await this.#row(`history of session ${sessionId}`, ({ readScript }) =>
      readScript(scripts.executions, sessionId, before ?? "", String(limit)),
    );
    if (reply === null) throw executionNotStored(sessionId, before ?? "");
    return readReplies(pairs(reply), (id) => `execution ${id}`, decodeExecution);
  }

  async events(
    sessionId: string,
    executionId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]> {
    return readEvents(executionId, { after, limit }, (...args) =>
      this.#row(`events of execution ${executionId}`, ({ readScript }) =>
        readScript(scripts.events, sessionId, ...args),
      ),
    );
  }

  async lastSeq(sessionId: string, executionId: string): Promise<number> {
    return readLastSeq(executionId, (...args) =>
      this.#row(`events of execution ${executionId}`, ({ readScript }) =>
        readScript(scripts.lastEvent, sessionId, ...args),
      ),
    );
  }

  async prune({ tombstonesBefore, executionsBefore, maxExecutions }: PruneBounds): Promise<void> {
    await this.#link.use(async ({ writeScript }) => {
      while (Number(await writeScript(scripts.pruneTombstones, String(tombstonesBefore))) > 0);
    });
    const args = [String(executionsBefore), String(maxExecutions)];
    await this.#inTurns(async (ids) => {
      const prune = () =>
        this.#link.use(async ({ writeScript }) =>
          writeScript(scripts.pruneExecutions, ...args, ...ids),
        );
      while (Number(await prune()) > 0);
    });
  }

  async close(): Promise<void> {
    if (this.#renewal !== null) clearInterval(this.#renewal);
    this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Puts off the end of all that is stored, or takes it away where there is to be none. */
  async #renew(): Promise<void> {
    await this.#inTurns((ids) =>
      this.#link.use(async ({ writeScript }) => writeScript(scripts.renew, ...ids)),
    );
  }

  #renewEvery(ms: number): void {
    this.#renewal = setInterval(() => {
      if (this.#link.isOver && this.#renewal !== null) clearInterval(this.#renewal);
      // The next one tries again.
      else void this.#renew().catch(() => {});
    }, ms);
    this.#renewal.unref();
  }

  /** Does something to some sessions at a time, and at least once. */
  async #inTurns(work: (ids: readonly string[]) => Promise<unknown>): Promise<void> {
    const ids = await this.#link.use(async ({ read }) =>
      texts(await read("ZRANGE", "sessions", "0", "-1")),
    );
    for (let begin = 0; begin === 0 || begin < ids.length; begin += sessionsAtOnce)
      await work(ids.slice(begin, begin + sessionsAtOnce));
  }

  /** A reply about one row. @throws HoldfastError `store_invalid` that names the row where its key holds something else */
  async #row(
    what: string,
    ask: (connection: Parameters<Parameters<RedisLink["use"]>[0]>[0]) => Promise<unknown>,
  ): Promise<unknown> {
    const reply = await this.#link.use((connection) => orReply(ask(connection)));
    if (reply instanceof RedisReply) throw damagedRow(what, "its key holds something else");
    return reply;
  }
}

/** Session and execution; ids of sessions have no slash. */
function split(name: string): readonly [sessionId: string, executionId: string] {
  const at = name.indexOf("/");
  return [name.slice(0, at), name.slice(at + 1)];
}
