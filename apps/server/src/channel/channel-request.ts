import type { IncomingMessage, ServerOptions } from "node:http";

// `#` and `\` would end or split the path of a URL, and so name another route.
const channelTarget = /^\/v1\/sessions\/[^/?#\\]+\/channel(?:\?|$)/;

/**
 * Whether a request asks for the WebSocket of a session's channel, which is all that a connection is taken over for. Whatever
 * else has an `Upgrade` header is answered as if it had none, as HTTP allows.
 */
export function isChannelRequest({
  method,
  url,
  headers,
}: Pick<IncomingMessage, "method" | "url" | "headers">): boolean {
  return (
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["transfer-encoding"] === undefined &&
    (headers["content-length"] ?? "0") === "0" &&
    channelTarget.test(url ?? "")
  );
}

/** Has a server hand over the connections of such requests alone. Nodes before 22.21 do not know how, nor do the types that we have. */
export function upgradesFor(
  shouldUpgradeCallback: (request: IncomingMessage) => boolean,
): ServerOptions {
  return { shouldUpgradeCallback } as ServerOptions;
}
