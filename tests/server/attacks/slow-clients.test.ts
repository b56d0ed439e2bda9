import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { testServer } from "../test-server.ts";

/** A connection, all that came over it, and its end. */
function opened(port: number, bytes = "") {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let received = "";
  socket.on("data", (chunk: string) => (received += chunk));
  socket.on("error", () => {}); // a server may close with some of it unread
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  if (bytes !== "") socket.write(bytes);
  return { socket, closed, received: () => received };
}

/** Writes a byte now and then until the connection is closed. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.writable && socket.write("x"), 10);
  socket.once("close", () => clearInterval(timer));
}

const post = "POST /v1/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

describe("slow clients", () => {
  const timeouts = { headersTimeoutMs: 200, requestTimeoutMs: 300 };

  it.each([
    ["nothing", "", false],
    ["half of a request line", "GET /v1/ses", false],
    ["half of the headers", `${post}Content-Le`, false],
    ["headers that never end", `${post}X: `, true],
    ["no body", `${post}Content-Length: 100\r\n\r\n`, false],
    ["a body that never ends", `${post}Content-Length: 100000\r\n\r\n{"`, true],
    ["chunks that never end", `${post}Transfer-Encoding: chunked\r\n\r\nfffff\r\n`, true],
  ])("who send %s are closed, and it is no failure of ours [A58]", async (_, bytes, isDripping) => {
    const told: unknown[] = [];
    await using server = await testServer({ ...timeouts, onError: (error) => told.push(error) });
    const client = opened(server.port, bytes);
    if (isDripping) drip(client.socket);
    await client.closed;
    expect(client.received()).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect((await server.api.get("/healthz")).status).toBe(200);
    expect(told).toEqual([]);
  });

  it("do not make long executions end: what was asked whole is answered whenever it is done [A58]", async () => {
    await using server = await testServer({ headersTimeoutMs: 50, requestTimeoutMs: 50 });
    const { id } = await server.api.session("bash");
    const { stdout } = await server.api.execute(id, "sleep 0.4; echo done");
    expect(stdout).toBe("done\n");
    const stream = await server.api.follow(id, "for i in 1 2 3; do sleep 0.1; echo $i; done");
    expect((await stream.rest()).at(-1)?.data).toMatchObject({ status: "ok" });
  });
});

describe("a flood of connections", () => {
  it("that send nothing, or half of a request, leaves room: health and work are answered, streams go on [A59]", async () => {
    await using server = await testServer({ maxConnections: 50 });
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(id, "echo on; read -r; echo $REPLY", {
      allowInput: true,
    });
    await stream.until("stdout");
    const clients = Array.from({ length: 500 }, (_, index) =>
      opened(server.port, index % 2 === 0 ? "" : `${post}Content-Le`),
    );
    await Promise.all(clients.slice(0, 400).map(({ closed }) => closed));
    for (const path of ["/healthz", "/readyz", "/v1/sessions"])
      expect((await server.api.get(path)).status).toBe(200);
    const ran = await server.api.post("/v1/run", { runtime: "bash", code: "echo in" });
    expect(ran.json).toMatchObject({ stdout: "in\n" });
    await server.api.post(`/v1/sessions/${id}/executions/${stream.executionId}/input`, {
      data: "still\n",
    });
    expect((await stream.until("stdout")).data).toMatchObject({ text: "still\n" });
    for (const { socket } of clients) socket.destroy();
  });

  it("with streams that nobody reads is capped, and each can be taken up again by its id [A62]", async () => {
    const maxOpenRequests = 8;
    await using server = await testServer({ maxOpenRequests, stallMs: 2_000 });
    const { id } = await server.api.session("bash");
    const ran = await server.api.execute(id, "head -c 16000000 /dev/zero | tr '\\0' a");
    const path = `/v1/sessions/${id}/executions/${ran.id}/events`;
    const deaf = Array.from({ length: 20 }, () => connect(server.port, "127.0.0.1"));
    const statuses = await Promise.all(
      deaf.map(async (socket) => {
        socket.on("error", () => {}); // it is to be dropped
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        const [begin] = (await once(socket, "data")) as [Buffer];
        socket.pause(); // and reads no more
        return begin.toString("latin1", 9, 12);
      }),
    );
    expect(new Set(statuses)).toEqual(new Set(["200", "503"]));
    expect((await server.api.get("/healthz")).status).toBe(200);
    // Those that take nothing are dropped, and make room.
    await eventually(async () => (await server.api.get("/v1/sessions")).status === 200, {
      timeoutMs: 20_000,
      what: "room again",
    });
    const stream = await server.api.stream("GET", `${path}?after=1`);
    expect((await stream.rest()).at(-1)?.data).toMatchObject({ stdoutBytes: 16_000_000 });
    for (const socket of deaf) socket.destroy();
  });
});
