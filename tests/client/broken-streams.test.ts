import { createHash } from "node:crypto";
import type { ExecutionEvent } from "@holdfast/client";
import { eventually, randomOfThisRun } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { testClient } from "./test-client.ts";

let server: TestServer;
beforeAll(async () => void (server = await testServer({ heartbeatMs: 50 })));
afterAll(() => server[Symbol.asyncDispose]());

describe("a stream over connections that break", () => {
  const random = randomOfThisRun("broken streams");

  it(`gives every event once and in order, and runs the code once, when each connection breaks at a random byte`, async () => {
    const breakAfterBytes = () => random.integer(0, 5_000);
    await using proxy = await breakableProxy(server.port, { breakAfterBytes });
    const client = testClient(proxy.port, { retry: { requests: 20, reconnects: 20 } });
    const straight = testClient(server.port);
    await using session = await straight.sessions.create({ runtime: "bash" });
    for (let round = 1; round <= 4; round++) {
      const execution = client
        .session(session.id)
        .execute(
          "runs=$((runs + 1)); for i in {1..300}; do echo line $i; sleep 0.001; done; echo $runs >&2",
        );
      const events: ExecutionEvent[] = [];
      for await (const event of execution) events.push(event);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.at(-1)).toMatchObject({ type: "completed", status: "ok" });
      const text = (type: string) =>
        events.map((event) => (event.type === type && "text" in event ? event.text : "")).join("");
      expect(text("stdout")).toBe(
        Array.from({ length: 300 }, (_, i) => `line ${i + 1}\n`).join(""),
      );
      expect(text("stderr")).toBe(`${round}\n`);
    }
    expect(proxy.connections).toBeGreaterThan(8);
  });

  it("awaits the whole output, byte for byte", async () => {
    const breakAfterBytes = () => random.integer(0, 400_000);
    await using proxy = await breakableProxy(server.port, { breakAfterBytes });
    const client = testClient(proxy.port, { retry: { requests: 20, reconnects: 20 } });
    await using session = await testClient(server.port).sessions.create({ runtime: "python" });
    const { stdout } = await client.session(session.id).execute(
      `import random, sys
random.seed(1)
for _ in range(200): sys.stdout.buffer.write(random.randbytes(10_000)); sys.stdout.flush()`,
      { encoding: "bytes" },
    );
    expect(stdout).toHaveLength(2_000_000);
    const wanted = await session.execute(
      "import hashlib; random.seed(1); hashlib.sha256(b''.join(random.randbytes(10_000) for _ in range(200))).hexdigest()",
    );
    expect(createHash("sha256").update(stdout).digest("hex")).toBe(wanted.result?.value);
  });

  it("does not run code twice when its request breaks before the first byte of the answer", async () => {
    let broken = 0;
    const breakAfterBytes = () => (broken++ < 3 ? 0 : Infinity);
    await using proxy = await breakableProxy(server.port, { breakAfterBytes });
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    const client = testClient(proxy.port, { retry: { requests: 3 } });
    const { stdout } = await client.session(session.id).execute("runs=$((runs + 1)); echo $runs");
    expect([stdout, broken]).toEqual(["1\n", 4]);
    expect(await session.info()).toMatchObject({ executionCount: 1 });
  });

  it("takes a stream for dead that says nothing for longer than the heartbeat, and resumes it", async () => {
    await using proxy = await breakableProxy(server.port);
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    const client = testClient(proxy.port, { silenceMs: 500 });
    const execution = client
      .session(session.id)
      .execute("echo 1; read; echo 2", { allowInput: true });
    const events = execution[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "started" });
    expect((await events.next()).value).toMatchObject({ type: "stdout", text: "1\n" });
    const before = proxy.connections;
    proxy.holdAll(true);
    await session.execution(await execution.id).input("\n");
    expect((await events.next()).value).toMatchObject({ seq: 3, type: "stdout", text: "2\n" });
    expect((await events.next()).value).toMatchObject({ type: "completed" });
    expect(proxy.connections).toBeGreaterThan(before);
  });

  it("starts code again, once, when the answer does not begin", async () => {
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    let requests = 0;
    const client = testClient(server.port, {
      silenceMs: 200,
      fetch: async (request) => {
        const response = await fetch(request.clone());
        if (requests++ > 0) return response;
        await response.body?.cancel();
        return new Promise<never>((_, reject) => {
          request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
        });
      },
    });
    const { stdout } = await client.session(session.id).execute("n=$((n + 1)); echo $n");
    expect([stdout, requests]).toEqual(["1\n", 2]);
  });

  it("stays with a quiet stream as long as its heart beats", async () => {
    await using proxy = await breakableProxy(server.port);
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    const client = testClient(proxy.port, { silenceMs: 500 });
    const { stdout } = await client.session(session.id).execute("sleep 1.5; echo $?");
    expect([stdout, proxy.connections]).toEqual(["0\n", 1]);
  });

  it("gives up when the server is gone for good, and says what to do", async () => {
    const proxy = await breakableProxy(server.port);
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    const client = testClient(proxy.port, { retry: { reconnects: 3 } });
    const execution = client.session(session.id).execute("echo 1; read", { allowInput: true });
    const events = execution[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    await proxy[Symbol.asyncDispose]();
    await expect(events.next()).rejects.toMatchObject({
      name: "ConnectionError",
      message: expect.stringContaining("holdfast serve") as string,
    });
    await session.interrupt();
  });

  it("holds up the code for a slow reader, and loses nothing of what is past the kept output", async () => {
    await using session = await testClient(server.port).sessions.create({ runtime: "bash" });
    const execution = session.execute("head -c 60000000 /dev/zero; echo end >&2");
    const events = execution[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    let written = -1;
    await eventually(
      async () => {
        const before = written;
        written = (await execution.details()).stdoutBytes;
        return written > 0 && written === before;
      },
      { what: "code that is held up", intervalMs: 200, timeoutMs: 20_000 },
    );
    expect(written).toBeLessThan(30_000_000);
    let length = 0;
    for await (const event of { [Symbol.asyncIterator]: () => events })
      if (event.type === "stdout") length += event.text.length;
    expect(length).toBeGreaterThan(59_000_000);
  });
});
