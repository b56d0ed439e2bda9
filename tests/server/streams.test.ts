import { connect } from "node:net";
import { createHash } from "node:crypto";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
let bash: string;
beforeAll(async () => {
  server = await testServer({ heartbeatMs: 50 });
  bash = (await server.api.session("bash")).id;
});
afterAll(() => server[Symbol.asyncDispose]());

const eventsPath = (session: string, execution: string, query = "") =>
  `/v1/sessions/${session}/executions/${execution}/events${query}`;

describe("a stream of events", () => {
  it("has id, type and data in every frame, numbered without holes, from started to completed [R1.6] [S1-48] [S1-50]", async () => {
    const stream = await server.api.follow(bash, "echo out; echo err >&2; (exit 3)");
    const events = await stream.rest();
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => String(index + 1)));
    for (const { id, event, data } of events)
      expect(data).toMatchObject({ seq: Number(id), type: event });
    expect(events[0]).toMatchObject({
      event: "started",
      data: { executionId: stream.executionId, pid: expect.any(Number) },
    });
    expect(bytesOf(events, "stdout").toString()).toBe("out\n");
    expect(bytesOf(events, "stderr").toString()).toBe("err\n");
    const { event, data } = events.at(-1) ?? {};
    expect(event).toBe("completed");
    expect(data).toMatchObject({
      id: stream.executionId,
      status: "ok",
      exitCode: 3,
      sessionState: "kept",
    });
    expect(data).not.toHaveProperty("stdout");
  });

  it("carries displays and results in the order of the output [R1.6]", async () => {
    const { id } = await server.api.session("python");
    const stream = await server.api.follow(
      id,
      "print('before')\ndisplay({'image/png': b'\\x89PNG'}, raw=True)\nprint('after')\n6 * 7",
    );
    const events = await stream.rest();
    expect(events.map(({ event }) => event)).toEqual([
      "started",
      "stdout",
      "display",
      "stdout",
      "result",
      "completed",
    ]);
    expect(events[2]?.data).toMatchObject({ mime: { "image/png": "iVBORw==" } });
    expect(events[4]?.data).toMatchObject({ repr: "42", value: 42 });
  });

  it("is live: a first part of a line arrives while the code still runs [R1.6] [S1-50]", async () => {
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(id, "printf part; read -r line; echo $line", {
      allowInput: true,
    });
    expect((await stream.until("stdout")).data["text"]).toBe("part");
    await server.api.post(`/v1/sessions/${id}/executions/${stream.executionId}/input`, {
      data: "rest\n",
    });
    expect(bytesOf(await stream.rest(), "stdout").toString()).toBe("rest\n");
  });

  it("replays from ?after= and from Last-Event-ID, nothing lost and nothing twice [R1.6]", async () => {
    const stream = await server.api.follow(
      bash,
      "for i in 1 2 3 4 5; do echo $i; sleep 0.01; done",
    );
    const all = await stream.rest();
    const path = eventsPath(bash, stream.executionId);
    for (let after = 0; after <= all.length; after++) {
      const byQuery = await server.api.stream("GET", `${path}?after=${after}`);
      expect(await byQuery.rest()).toEqual(all.slice(after));
      const byHeader = await server.api.stream("GET", path, {
        headers: { "last-event-id": String(after) },
      });
      expect(await byHeader.rest()).toEqual(all.slice(after));
    }
  });

  it("is rejoined live after its connection broke, byte for byte [D21]", async () => {
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(
      id,
      "for i in {1..200}; do echo line $i; echo err $i >&2; sleep 0.002; done",
    );
    const { executionId } = stream;
    const seen = [await stream.until("stdout")];
    let current = stream;
    let after = Number(seen[0]?.id);
    for (let cuts = 0; ; cuts++) {
      let isOver = false;
      for await (const event of current) {
        if (event.id === null) continue;
        seen.push(event);
        after = Number(event.id);
        isOver = event.event === "completed";
        if (cuts < 10 && seen.length % 20 === 0) break;
      }
      if (isOver) break;
      current.cut();
      current = await server.api.stream("GET", eventsPath(id, executionId, `?after=${after}`));
    }
    expect(seen.map(({ data }) => data["seq"])).toEqual(
      seen.map((_, index) => index + Number(seen[0]?.id)),
    );
    const wanted = Array.from({ length: 200 }, (_, index) => `line ${index + 1}\n`).join("");
    expect(bytesOf(seen, "stdout").toString()).toBe(wanted);
  });

  it("holds whatever code prints in its frames: CR, NUL, U+2028, bad UTF-8, lines that look like frames [A08] [A23]", async () => {
    const printed = Buffer.concat([
      Buffer.from("id: 9\nevent: completed\ndata: {}\n\n\r\n\r\0\u2028\u2029\u0085 ä € 😀\n"),
      Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82]),
    ]);
    const code = `printf '${[...printed].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}'`;
    for (const query of ["", "?encoding=base64"]) {
      const stream = await server.api.follow(bash, code, {}, query);
      const events = await stream.rest();
      expect(bytesOf(events, "stdout")).toEqual(printed);
      expect(events.filter(({ event }) => event === "completed")).toHaveLength(1);
      if (query !== "") for (const { data } of events) expect(data).not.toHaveProperty("text");
    }
  });

  it("gives characters that were cut by a pipe's end as whole text [A23]", async () => {
    const stream = await server.api.follow(bash, "for i in {1..20000}; do printf 'ä€😀'; done");
    const events = await stream.rest();
    const chunks = events.filter(({ event }) => event === "stdout");
    expect(chunks.every(({ data }) => typeof data["text"] === "string")).toBe(true);
    expect(chunks.map(({ data }) => data["text"]).join("")).toBe("ä€😀".repeat(20_000));
  });

  it("has the worker's own signs of life where they are asked for [R2.3]", async () => {
    await using quick = await testServer({}, { session: { heartbeatIntervalMs: 20 } });
    const { id } = await quick.api.session("bash");
    const code = "until (( n++ > 3 )); do sleep 0.02; done; while :; do :; done";
    const stream = await quick.api.follow(id, code, {}, "?heartbeats=true&onDisconnect=interrupt");
    const beat = await stream.until("heartbeat");
    expect(beat).toMatchObject({
      id: null,
      data: { type: "heartbeat", cpuMs: expect.any(Number) },
    });
    for (let { data } = beat; !(Number(data["cpuMs"]) > 50);)
      ({ data } = await stream.until("heartbeat"));
    await quick.api.request("POST", `/v1/sessions/${id}/interrupt`);
    expect((await stream.until("completed")).data).toMatchObject({ status: "interrupted" });
  });

  it("says that it lives while nothing happens, without an id that would move a client's place [R2.3]", async () => {
    const stream = await server.api.follow(bash, "sleep 0.3");
    const beat = await stream.until("heartbeat");
    expect(beat).toMatchObject({ id: null, data: { type: "heartbeat", seq: 1 } });
    expect((await stream.until("completed")).data["status"]).toBe("ok");
  });

  it("tells what was not kept as a gap [D21]", async () => {
    await using own = await testServer({}, { session: { maxOutputBytes: 10 } });
    const { id } = await own.api.session("bash");
    const { id: execution } = await own.api.execute(id, "echo 12345678901234567890");
    const events = await (await own.api.stream("GET", eventsPath(id, execution))).rest();
    expect(events.map(({ event }) => event)).toEqual(["started", "gap", "completed"]);
    expect(events[1]?.data).toMatchObject({ seq: 2, fromSeq: 2, toSeq: 2 });
  });

  it("answers errors before it begins as problems, with their status", async () => {
    const response = await server.api.request("POST", "/v1/sessions/none/executions", {
      body: { code: ":" },
      headers: { accept: "text/event-stream" },
    });
    expect([response.status, response.headers["content-type"]]).toEqual([
      404,
      "application/problem+json",
    ]);
  });
});

describe("a client that goes away", () => {
  it("does not stop the execution [F21]", async () => {
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(id, "echo on; sleep 0.2; echo done");
    await stream.until("stdout");
    stream.cut();
    const again = await server.api.stream("GET", eventsPath(id, stream.executionId));
    const events = await again.rest();
    expect(bytesOf(events, "stdout").toString()).toBe("on\ndone\n");
    expect(events.at(-1)?.data["status"]).toBe("ok");
  });

  it("lets code go on that waited for it in a flood [F20] [F21]", async () => {
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(id, "head -c 60000000 /dev/zero");
    await stream.until("stdout");
    stream.cut();
    const [execution] = server.host.get(id).session.executions;
    expect(await execution?.ended).toMatchObject({ status: "ok", stdoutBytes: 60_000_000 });
  });

  it.each(["stream", "JSON"])(
    "interrupts it with ?onDisconnect=interrupt (%s) [F21]",
    async (kind) => {
      const { id } = await server.api.session("bash");
      const path = `/v1/sessions/${id}/executions?onDisconnect=interrupt`;
      if (kind === "stream") {
        const stream = await server.api.follow(
          id,
          "echo on; sleep 120",
          {},
          "?onDisconnect=interrupt",
        );
        await stream.until("stdout");
        stream.cut();
      } else {
        const body = JSON.stringify({ code: "echo on; sleep 120" });
        const socket = connect(server.port, "127.0.0.1");
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        await eventually(() => server.host.get(id).session.executions[0]?.stdout.length === 3, {
          what: "output",
        });
        socket.destroy();
      }
      const [execution] = server.host.get(id).session.executions;
      expect((await execution?.ended)?.status).toBe("interrupted");
    },
  );
});

describe("a flood of output", () => {
  it("waits for a slow reader, down to the code, and nothing is lost [F19] [D21]", async () => {
    const megabytes = 64;
    const { id } = await server.api.session("bash");
    const stream = await server.api.follow(
      id,
      `head -c ${megabytes * 1024 * 1024} /dev/zero`,
      {},
      "?encoding=base64",
    );
    const { session } = server.host.get(id);
    const [execution] = session.executions;
    // Not read: what fits in buffers on the way is written, and no more.
    const stalled = await eventually(
      async () => {
        const before = execution?.record.stdoutBytes ?? 0;
        await new Promise((done) => setTimeout(done, 50));
        return before > 0 && execution?.record.stdoutBytes === before ? before : null;
      },
      { what: "the code to be held back" },
    );
    expect(stalled).toBeLessThan(16 * 1024 * 1024);
    expect(execution?.hasEnded).toBe(false);
    let bytes = 0;
    for await (const { data } of stream)
      if (data["type"] === "stdout") bytes += Buffer.from(String(data["base64"]), "base64").length;
    expect(bytes).toBe(megabytes * 1024 * 1024);
  });

  it("leaves a reader that never reads, so that the code goes on; it can come back by seq [A62]", async () => {
    await using own = await testServer({ stallMs: 1_000 });
    const { id } = await own.api.session("bash");
    const stream = await own.api.follow(id, "head -c 40000000 /dev/zero; echo done >&2");
    const [execution] = own.host.get(id).session.executions;
    expect((await execution?.ended)?.stdoutBytes).toBe(40_000_000);
    const again = await own.api.stream("GET", eventsPath(id, stream.executionId));
    const events = await again.rest();
    expect(events.some(({ event }) => event === "gap")).toBe(true);
    expect(bytesOf(events, "stderr").toString()).toBe("done\n");
    stream.cut();
  });

  it("is exact over several streams at once [R4.5]", async () => {
    const digests = await Promise.all(
      ["a", "b", "c"].map(async (letter) => {
        const { id } = await server.api.session("bash");
        const stream = await server.api.follow(
          id,
          `head -c 3000000 /dev/zero | tr '\\0' ${letter}`,
        );
        return createHash("sha256")
          .update(bytesOf(await stream.rest(), "stdout"))
          .digest("hex");
      }),
    );
    const wanted = ["a", "b", "c"].map((letter) =>
      createHash("sha256").update(letter.repeat(3_000_000)).digest("hex"),
    );
    expect(digests).toEqual(wanted);
  });
});
