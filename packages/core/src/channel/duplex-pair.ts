import { type Duplex, duplexPair as nodeDuplexPair } from "node:stream";

/**
 * Two streams, each of which reads what is written to the other. When one is closed, the other has its end, as with
 * sockets. Node's own pair does not tell the other side in 22 and up to 24.14.
 */
export function duplexPair(): readonly [Duplex, Duplex] {
  const [one, other] = nodeDuplexPair();
  one.once("close", () => endOf(other));
  other.once("close", () => endOf(one));
  return [one, other];
}

function endOf(stream: Duplex): void {
  if (!stream.destroyed) stream.push(null);
}
