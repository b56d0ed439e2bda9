import { randomUUID } from "node:crypto";
import { HoldfastError, storeClosed } from "@holdfast/core";
import type { Argument } from "./encode-changes.ts";
import type { RedisAddress } from "./redis-address.ts";
import { RedisConnection } from "./redis-connection.ts";
import { ConnectionLost, RedisReply, redisError } from "./redis-error.ts";
import type { ResolvedRedisStoreOptions } from "./redis-store-options.ts";
import { type Script, scripts } from "./scripts.ts";

/** A connection that has the fence: no earlier one, of this host or another, can change anything any more. */
export interface FencedConnection {
  /** A command that reads. @throws ConnectionLost, RedisReply */
  readonly read: (command: string, key: string, ...args: Argument[]) => Promise<unknown>;
  /** A script that reads. @throws ConnectionLost, RedisReply */
  readonly readScript: (script: Script, ...args: Argument[]) => Promise<unknown>;
  /** A script that changes something, if the fence is still ours. @throws ConnectionLost, RedisReply */
  readonly writeScript: (script: Script, ...args: Argument[]) => Promise<unknown>;
}

/** What a link asks of its store. */
export interface RedisLinkOptions extends ResolvedRedisStoreOptions {
  /** Claims of which the answer never came, as session, execution and data; they are taken back. */
  readonly doubts: Set<readonly Argument[]>;
  /** Called where Redis has lost what it had, before the connection is used. */
  readonly restore: (connection: FencedConnection) => Promise<void>;
}

// What a connection to a server that cannot be written to, or is not the one that was left, is not kept for.
const partingWords: readonly string[] = ["READONLY", "LOST", "MASTERDOWN", "NOAUTH"];

/**
 * The way to Redis: one connection at a time, made when it is needed and shared by all who need it. Each takes the fence,
 * so that what is still on its way from the one before comes to nothing.
 */
export class RedisLink {
  readonly #address: RedisAddress;
  readonly #options: RedisLinkOptions;
  readonly #owner = randomUUID();
  /** Of this host among all that have opened the store; "0" until it has. */
  #epoch = "0";
  #connectionCount = 0;
  /** Whether Redis has lost what this host had put there. */
  #isLost = false;
  #connection: RedisConnection | null = null;
  #connecting: Promise<FencedConnection> | null = null;
  #overtaken: HoldfastError | null = null;
  #isClosed = false;

  constructor(address: RedisAddress, options: RedisLinkOptions) {
    this.#address = address;
    this.#options = options;
  }

  /** Whether nothing can come of it any more. */
  get isOver(): boolean {
    return this.#isClosed || this.#overtaken !== null;
  }

  /** Does something over the connection. @throws HoldfastError `store_unavailable`, `store_invalid` */
  async use<T>(work: (connection: FencedConnection) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw storeClosed();
    if (this.#overtaken !== null) throw this.#overtaken;
    try {
      return await work(await this.#current());
    } catch (error) {
      if (this.#isClosed) throw storeClosed();
      throw this.#explained(error);
    }
  }

  /** Ends the connection. What waits fails. Repeated calls do nothing. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.end("the store is closed");
  }

  #current(): Promise<FencedConnection> {
    if (this.#connecting !== null) return this.#connecting;
    const forget = () => {
      if (this.#connecting === connecting) this.#connecting = null;
    };
    const connecting = this.#connect(forget);
    this.#connecting = connecting;
    connecting.catch(forget);
    return connecting;
  }

  async #connect(ended: () => void): Promise<FencedConnection> {
    const connection = await RedisConnection.open(this.#address, this.#options, ended);
    this.#connection = connection;
    try {
      if (this.#isClosed) throw new ConnectionLost("the store is closed");
      const number = String(++this.#connectionCount);
      await this.#takeFence(connection, number);
      const fenced = this.#fenced(connection, `${this.#epoch}:${this.#owner}:${number}`);
      if (this.#isLost) await this.#options.restore(fenced);
      this.#isLost = false;
      return fenced;
    } catch (error) {
      connection.end("the connection could not be used");
      throw error;
    }
  }

  async #takeFence(connection: RedisConnection, number: string): Promise<void> {
    const { prefix, doubts } = this.#options;
    const settled = [...doubts];
    const reply = await connection.script(
      scripts.fence,
      prefix,
      this.#owner,
      this.#epoch,
      number,
      this.#ttl,
      ...settled.flat(),
    );
    const [epoch, wasLost] = reply as [Buffer, number];
    for (const one of settled) doubts.delete(one);
    this.#epoch = String(epoch);
    // Until it was put there again: the fence itself is there from now on.
    if (wasLost === 1) this.#isLost = true;
  }

  #fenced(connection: RedisConnection, token: string): FencedConnection {
    const { prefix } = this.#options;
    return {
      read: (command, key, ...args) => connection.run(command, prefix + key, ...args),
      readScript: (script, ...args) => connection.script(script, prefix, ...args),
      writeScript: (script, ...args) =>
        connection.script(script, prefix, token, this.#ttl, ...args),
    };
  }

  get #ttl(): string {
    return String(this.#options.ttlMs ?? 0);
  }

  #explained(error: unknown): unknown {
    const explained = redisError(this.#address.shown, error);
    if (!(error instanceof RedisReply)) return explained;
    if (partingWords.includes(error.word)) this.#connection?.end("it was left");
    if (error.word === "OVERTAKEN" && HoldfastError.is(explained)) {
      this.#overtaken = explained;
      this.#connection?.end("another host has the store");
    }
    return explained;
  }
}
