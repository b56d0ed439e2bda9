import type { ServerResponse } from "node:http";
import type { Context } from "hono";

/** Calls back once if the client goes away before its request is answered. Answers a function that stops watching. */
export function onDisconnect(c: Context, callback: () => void): () => void {
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse };
  if (outgoing === undefined) {
    const { signal } = c.req.raw;
    signal.addEventListener("abort", callback, { once: true });
    return () => signal.removeEventListener("abort", callback);
  }
  // Node's own event: the signal of a request is made, at a price, when it is asked for.
  const closed = () => {
    if (!outgoing.writableEnded) callback();
  };
  outgoing.once("close", closed);
  if (outgoing.destroyed) closed();
  return () => outgoing.off("close", closed);
}

/** Closes the connection of a request; answers whether there was one. */
export function dropConnection(c: Context): boolean {
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse };
  outgoing?.destroy();
  return outgoing !== undefined;
}
