import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** A way to a local port whose connections can be broken, as networks do. */
export interface BreakableProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that were made so far. */
  readonly connections: number;
  /** Where new connections lead. */
  target: number;
  /** Breaks every connection there is. */
  breakAll(): void;
  /** Holds what comes from the server, without a word; `false` lets it go on. New connections are not held. */
  holdAll(isHeld: boolean): void;
  /** Holds what goes to the server; `false` lets it go on. New connections are not held. */
  holdRequests(isHeld: boolean): void;
}

/** How a proxy behaves. */
export interface BreakableProxyOptions {
  /** Asked for each connection: it breaks when so many bytes of the server's came through. @default never */
  readonly breakAfterBytes?: () => number;
}

// A platform's fetch forgets what it has received and not yet handed over when a connection breaks in the same moment.
const breakDelayMs = 5;

/** Opens one. */
export async function breakableProxy(
  target: number,
  { breakAfterBytes = () => Infinity }: BreakableProxyOptions = {},
): Promise<BreakableProxy> {
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    proxy.connections++;
    const upstream = connect(proxy.target, "127.0.0.1");
    upstreams.add(upstream);
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        sockets.delete(socket);
        upstreams.delete(upstream);
        clients.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    let left = breakAfterBytes();
    upstream.on("end", () => client.end());
    upstream.on("data", (chunk) => {
      const isLast = chunk.length >= left;
      const hasRoom = client.write(isLast ? chunk.subarray(0, left) : chunk);
      left -= chunk.length;
      if (isLast) {
        upstream.pause();
        setTimeout(() => client.destroy(), breakDelayMs);
        return;
      }
      if (hasRoom) return;
      upstream.pause();
      client.once("drain", () => upstream.resume());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    target,
    breakAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    holdAll: (isHeld: boolean) => {
      for (const upstream of upstreams) upstream[isHeld ? "pause" : "resume"]();
    },
    holdRequests: (isHeld: boolean) => {
      for (const client of clients) client[isHeld ? "pause" : "resume"]();
    },
    async [Symbol.asyncDispose]() {
      proxy.breakAll();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
