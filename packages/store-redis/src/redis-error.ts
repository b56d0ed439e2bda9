import { HoldfastError, sessionNotStored } from "@holdfast/core";

/** What Redis answered in the place of a result; it has done nothing then. The first word says what it is. */
export class RedisReply extends Error {
  get word(): string {
    return this.message.split(" ", 1)[0] ?? "";
  }
}

/** No answer came, or there is no connection: nobody knows whether it was done. */
export class ConnectionLost extends Error {}

const reasons: Readonly<Record<string, string>> = {
  OOM: "its memory is full (maxmemory)",
  READONLY: "it is a replica, which cannot be written to",
  LOADING: "it is still loading what it has",
  MISCONF: "it takes no writes while it cannot save",
  MASTERDOWN: "it is a replica without its master",
  NOREPLICAS: "it takes no writes with so few replicas",
  BUSY: "a script of somebody else keeps it busy",
  NOAUTH: "it asks for a password",
  WRONGPASS: "it refuses the user or the password",
  NOPERM: "its user may not do that",
  LOST: "it has lost what it had",
  OVERTAKEN:
    "another host has opened it since and is the one that writes; nothing of this host is stored any more",
};

/**
 * What a failure means for a store: `store_invalid` where somebody has put something else in the place of a key, else
 * `store_unavailable`. Any other error is answered as it is. Neither tells user, password or what was to be stored.
 */
export function redisError(address: string, cause: unknown): unknown {
  if (cause instanceof ConnectionLost) return unavailable(address, cause.message);
  if (!(cause instanceof RedisReply)) return cause;
  const { word, message } = cause;
  const subject = message.slice(word.length + 1);
  if (word === "NOSESSION") return sessionNotStored(subject);
  if (word === "DAMAGED") return invalid(address, `the key ${subject} holds something else`);
  if (word === "WRONGTYPE") return invalid(address, "a key holds something else");
  if (word === "FORMAT") {
    const why = `it is of another version (received ${subject}, allowed 1); nothing was changed`;
    return invalid(address, why);
  }
  const reason = reasons[word];
  if (reason === undefined) return unavailable(address, `it answered ${JSON.stringify(message)}`);
  return unavailable(address, reason, word);
}

function unavailable(address: string, why: string, reply?: string): HoldfastError {
  return new HoldfastError({
    code: "store_unavailable",
    message: `store ${address}: ${why}`,
    details: { address, ...(reply === undefined ? {} : { reply }) },
  });
}

function invalid(address: string, why: string): HoldfastError {
  return new HoldfastError({
    code: "store_invalid",
    message: `store ${address}: ${why}`,
    details: { address },
  });
}
