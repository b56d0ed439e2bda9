import { once } from "node:events";
import { createServer } from "node:http";
import { type Socket, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { isChannelRequest, upgradesFor } from "./channel-request.ts";
import { acceptUpgrades } from "./upgrade.ts";

/** A server with an app that refuses, and what became of its requests. */
async function serve(answer: () => Response, takes = isChannelRequest) {
  const server = createServer(upgradesFor(takes));
  let entered = 0;
  acceptUpgrades([server], {
    fetch: answer,
    maxMessageBytes: 1000,
    enter: () => {
      entered++;
      return () => entered--;
    },
    onTaken: () => {},
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  /** Ends with the first connection, as the server sees it. */
  const closed = once(server, "connection").then(([socket]) => once(socket as Socket, "close"));
  return {
    port,
    closed,
    entered: () => entered,
    [Symbol.dispose]: () => server.close(),
  };
}

/** A client that never closes its side. */
function ask(port: number, target = "/v1/sessions/s/channel") {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
  socket.on("error", () => {});
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  return socket;
}

describe("acceptUpgrades()", () => {
  it("lets go of a connection that it refuses, though its client does not [A59]", async () => {
    using test = await serve(() => new Response("no", { status: 404 }));
    const socket = ask(test.port);
    const [text] = (await once(socket, "data")) as [string];
    expect(text).toMatch(/^HTTP\/1\.1 404 Not Found\r\n[^]*\r\n\r\nno$/);
    expect(test.entered()).toBe(0);
    await test.closed;
    socket.destroy();
  });

  it("lets go of one whose client takes nothing of the answer, too [A58]", async () => {
    using test = await serve(() => new Response(new Uint8Array(50_000_000), { status: 404 }));
    const socket = ask(test.port);
    socket.pause();
    await test.closed;
    socket.destroy();
  });

  it("refuses what is no request for a channel, where Node gives it all that has the header", async () => {
    let asked = 0;
    using test = await serve(
      () => {
        asked++;
        return new Response("x");
      },
      () => true,
    );
    const socket = ask(test.port, "/metrics");
    const [text] = (await once(socket, "data")) as [string];
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*"code":"invalid_request"/);
    expect(asked).toBe(0);
    socket.destroy();
  });
});

describe("isChannelRequest()", () => {
  const request = {
    method: "GET",
    url: "/v1/sessions/s/channel",
    headers: { upgrade: "WebSocket" },
  };
  it.each([
    [true, "a handshake", request],
    [true, "a query", { ...request, url: "/v1/sessions/s/channel?x=1" }],
    [
      true,
      "an empty body",
      { ...request, headers: { upgrade: "websocket", "content-length": "0" } },
    ],
    [false, "another method", { ...request, method: "POST" }],
    [false, "another protocol", { ...request, headers: { upgrade: "h2c" } }],
    [false, "none", { ...request, headers: {} }],
    [false, "another route", { ...request, url: "/v1/sessions/s" }],
    [false, "a longer path", { ...request, url: "/v1/sessions/s/channels" }],
    [false, "a path in a path", { ...request, url: "/v1/sessions/s/executions/channel" }],
    [false, "a body", { ...request, headers: { upgrade: "websocket", "content-length": "1" } }],
    [false, "a fragment", { ...request, url: "/v1/sessions/s#/channel" }],
    [false, "a backslash", { ...request, url: "/v1/sessions/s\\executions\\e?/channel" }],
  ])("is %s for %s", (expected, _, given) => {
    expect(isChannelRequest(given)).toBe(expected);
  });
});
