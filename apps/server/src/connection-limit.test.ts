import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, it } from "vitest";
import { ConnectionLimit, type ConnectionLimitOptions } from "./connection-limit.ts";

const open: Disposable[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one[Symbol.dispose]();
});

async function serve(
  options: Partial<ConnectionLimitOptions>,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer(answer);
  new ConnectionLimit({ maxConnections: 100, stallMs: 60_000, ...options }).watch(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  open.push({
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  return { server, port };
}

/** A connection that the server has accepted. */
async function accepted({ server, port }: Awaited<ReturnType<typeof serve>>): Promise<Socket> {
  const seen = once(server, "connection");
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  open.push({ [Symbol.dispose]: () => socket.destroy() });
  await seen;
  return socket;
}

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe("ConnectionLimit", () => {
  it("closes the connection that was without a request for the longest time, for one more [A59]", async () => {
    const test = await serve({ maxConnections: 2 }, (_, response) => response.end("x"));
    const first = await accepted(test);
    const second = await accepted(test);
    first.write(request);
    await once(first, "data"); // from now on it is idle for a shorter time than the second
    const closed = once(second, "close");
    const third = await accepted(test);
    await closed;
    for (const one of [first, third]) {
      one.write(request);
      await once(one, "data");
    }
  });

  it("closes nothing that is being answered: with only such, the new one goes", async () => {
    const answers: ServerResponse[] = [];
    const asked = Promise.withResolvers<void>();
    const test = await serve({ maxConnections: 2 }, (_, response) => {
      response.writeHead(200).flushHeaders();
      if (answers.push(response) === 2) asked.resolve();
    });
    const busy = [await accepted(test), await accepted(test)];
    for (const one of busy) one.write(request);
    await asked.promise;
    const third = await accepted(test);
    await once(third, "close");
    for (const [index, one] of busy.entries()) {
      const told = new Promise<void>((done) =>
        one.setEncoding("utf8").on("data", (text: string) => text.includes("end") && done()),
      );
      answers[index]?.end("end");
      await told;
    }
  });

  it("closes a connection whose client takes nothing of an answer that is written [A58]", async () => {
    const test = await serve({ stallMs: 50 }, (_, response) => {
      response.end(Buffer.alloc(50_000_000));
    });
    const gone = Promise.withResolvers<void>();
    test.server.on("connection", (socket: Socket) => socket.once("close", () => gone.resolve()));
    const client = await accepted(test);
    client.write(request);
    await gone.promise;
  });

  it("leaves a connection that is used again, and one whose answer takes its time", async () => {
    const held: ServerResponse[] = [];
    const asked = Promise.withResolvers<void>();
    const test = await serve({ stallMs: 20 }, ({ url }, response) => {
      if (url === "/") response.end("x");
      else {
        held.push(response);
        asked.resolve();
      }
    });
    const client = await accepted(test);
    // Two in one connection: the first answer sets the time that the second must not inherit.
    client.write(request + request.replace("/", "/long"));
    await asked.promise;
    const deadline = Promise.withResolvers<void>();
    setTimeout(deadline.resolve, 100); // longer than the time in which nothing moves
    await deadline.promise;
    const told = new Promise<void>((done) =>
      client.setEncoding("utf8").on("data", (text: string) => text.includes("long") && done()),
    );
    held[0]?.end("long");
    await told;
  });
});
