import { Redis, ReplyError } from "ioredis";
import type { Argument } from "./encode-changes.ts";
import type { RedisAddress } from "./redis-address.ts";
import { ConnectionLost, RedisReply } from "./redis-error.ts";
import type { ResolvedRedisStoreOptions } from "./redis-store-options.ts";
import { type Script, scripts } from "./scripts.ts";

/**
 * One connection, from its beginning to its end. It never comes back, and nothing is sent twice: what is asked of one that
 * has ended fails, and so does all that waits when it ends.
 */
export class RedisConnection {
  readonly #client: Redis;
  readonly #timeoutMs: number;
  readonly #waiting = new Set<(reason: ConnectionLost) => void>();
  readonly #onEnd: () => void;
  #end: ConnectionLost | null = null;

  private constructor(client: Redis, timeoutMs: number, onEnd: () => void) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.#onEnd = onEnd;
  }

  /** Connects, and gets in. @throws ConnectionLost; RedisReply when Redis refuses it */
  static async open(
    address: RedisAddress,
    options: ResolvedRedisStoreOptions,
    onEnd: () => void,
  ): Promise<RedisConnection> {
    const { timeoutMs, tls } = options;
    const client = new Redis({
      ...address.target,
      ...(address.isTls ? { tls: { ...tls } } : {}),
      connectTimeout: timeoutMs,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      protocol: 2,
    });
    const connection = new RedisConnection(client, timeoutMs, onEnd);
    let reason = "the connection was cut";
    client.on("error", (error: Error) => (reason = shown(error)));
    client.on("end", () => connection.end(reason));
    const timer = setTimeout(() => connection.end(`not there within ${timeoutMs} ms`), timeoutMs);
    try {
      await connection.#answer(client.connect());
      // What is under way holds the process by its timer; a connection at rest does not.
      client.stream.unref();
      await connection.#enter(address, options);
      return connection;
    } catch (error) {
      connection.end("it could not be used");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** One command. Byte strings come as buffers. @throws ConnectionLost, RedisReply */
  run(command: string, ...args: readonly Argument[]): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(this.#end);
    return this.#answer(this.#client.callBuffer(command, ...args));
  }

  /** A script. @throws ConnectionLost, RedisReply */
  async script(
    { sha, source }: Script,
    prefix: string,
    ...args: readonly Argument[]
  ): Promise<unknown> {
    try {
      return await this.run("EVALSHA", sha, "1", prefix, ...args);
    } catch (error) {
      // Somebody has flushed them; it has not run.
      if (error instanceof RedisReply && error.word === "NOSCRIPT")
        return this.run("EVAL", source, "1", prefix, ...args);
      throw error;
    }
  }

  /** Ends it at once. Repeated calls do nothing. */
  end(reason: string): void {
    if (this.#end !== null) return;
    this.#end = new ConnectionLost(reason);
    this.#client.disconnect();
    this.#client.stream?.destroy();
    for (const fail of this.#waiting) fail(this.#end);
    this.#waiting.clear();
    this.#onEnd();
  }

  // By ourselves: the client would go on in database 0 when it is refused the other one.
  async #enter(address: RedisAddress, options: ResolvedRedisStoreOptions): Promise<void> {
    const { username = address.username, password = address.password } = options;
    if (password !== null)
      await this.run("AUTH", ...(username === null ? [] : [username]), password);
    if (address.database !== 0) await this.run("SELECT", String(address.database));
    await Promise.all(
      Object.values(scripts).map(({ source }) => this.run("SCRIPT", "LOAD", source)),
    );
  }

  /** Its answer, in time. */
  async #answer(reply: Promise<unknown>): Promise<unknown> {
    const lost = Promise.withResolvers<never>();
    this.#waiting.add(lost.reject);
    const timer = setTimeout(() => {
      // What has come while this thread was busy is read first.
      setImmediate(() => {
        if (this.#waiting.has(lost.reject)) this.end(`no answer within ${this.#timeoutMs} ms`);
      });
    }, this.#timeoutMs);
    try {
      return await Promise.race([reply, lost.promise]);
    } catch (error) {
      throw this.#explained(error);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(lost.reject);
    }
  }

  // The client's errors carry the command with its arguments: passwords, and what is stored.
  #explained(error: unknown): Error {
    if (error instanceof ReplyError) return new RedisReply((error as Error).message);
    if (error instanceof ConnectionLost) return error;
    this.end(shown(error));
    return this.#end ?? new ConnectionLost("the connection was cut");
  }
}

/** Where a name has several addresses, the message is empty and the code tells. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
