import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canMountTmpfs, eventually, mountTmpfs } from "@holdfast/harness";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { isPermitted } from "../support/requires.ts";
import { ApiClient, bytesOf, executionSchema, sessionSchema } from "./api-client.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "restart-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A server on this test's data folder. */
async function serveAgain(env: Readonly<Record<string, string>> = {}) {
  const server = await startServer({ env: { HOLDFAST_DATA_DIR: join(folder, "data"), ...env } });
  return Object.assign(server, { api: new ApiClient(server.url) });
}

type Server = Awaited<ReturnType<typeof serveAgain>>;

/** Makes sure that all that happened is stored: a session is stored behind it before it is answered. */
const stored = async ({ api }: Server) => void (await api.session("bash"));

const path = (session: string, execution = "", more = "") =>
  `/v1/sessions/${session}/executions${execution === "" ? "" : `/${execution}`}${more}`;

describe("after kill -9 of the server", () => {
  it("the next one has its sessions, their output by number, and runs on [F04] [R5.1] [S2-24]", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("python", {
      labels: { a: "b" },
      env: { NAME: "kept" },
      cwd: folder,
    });
    const ran = await first.api.execute(
      id,
      "import sys\nfor i in range(3):\n  print('line', i)\n40 + 2",
    );
    const stream = await first.api.stream("GET", path(id, ran.id, "/events"));
    const live = await stream.rest();
    await stored(first);
    await first.end("SIGKILL");

    await using second = await serveAgain();
    const session = sessionSchema.parse((await second.api.get(`/v1/sessions/${id}`)).json);
    expect(session).toMatchObject({
      state: "lost",
      pid: null,
      labels: { a: "b" },
      executionCount: 1,
    });
    const again = executionSchema.parse((await second.api.get(path(id, ran.id))).json);
    expect(again).toEqual(ran);
    for (const after of [0, 2, live.length - 1]) {
      const events = await (
        await second.api.stream("GET", path(id, ran.id, `/events?after=${after}`))
      ).rest();
      expect(events).toEqual(live.slice(after));
    }
    const list = (await second.api.get(path(id))).json;
    expect(list).toMatchObject({ items: [{ id: ran.id, code: expect.stringContaining("range") }] });
    const next = await second.api.execute(id, "import os; (os.environ['NAME'], os.getcwd())");
    expect(next.result?.repr).toBe(`('kept', '${folder}')`);
    expect((await second.api.get(`/v1/sessions/${id}`)).json).toMatchObject({
      state: "idle",
      restarts: 1,
      executionCount: 2,
    });
  });

  it.each(["bash", "python"])(
    "a session of %s with a checkpoint goes on from it, on its first use [R7.3] [R5.1]",
    async (runtime) => {
      const first = await serveAgain();
      const { id } = await first.api.session(runtime, { cwd: folder });
      await first.api.execute(id, "x=41");
      expect((await first.api.post(`/v1/sessions/${id}/checkpoints`, {})).status).toBe(201);
      await first.api.execute(id, "x=0");
      await stored(first);
      await first.end("SIGKILL");

      await using second = await serveAgain();
      expect((await second.api.get(`/v1/sessions/${id}`)).json).toMatchObject({ state: "lost" });
      const show =
        runtime === "bash" ? "echo $((x+1)) $PWD" : "import os; print(x + 1, os.getcwd())";
      const next = await second.api.execute(id, show);
      expect(next).toMatchObject({ status: "ok", stdout: `42 ${folder}\n` });
    },
  );

  it("what ran is lost: a client comes back by number, is told of a gap, and of the end", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("bash");
    const stream = await first.api.follow(id, "echo one; sleep 1000");
    const seen = [await stream.until("started"), await stream.until("stdout")];
    await stored(first);
    await first.end("SIGKILL");

    await using second = await serveAgain();
    const seq = seen.at(-1)?.id ?? "";
    const rest = await (
      await second.api.stream("GET", path(id, stream.executionId, "/events"), {
        headers: { "last-event-id": seq },
      })
    ).rest();
    expect(rest.map(({ event }) => event)).toEqual(["gap", "completed"]);
    expect(rest[0]?.data).toMatchObject({ fromSeq: Number(seq) + 1 });
    expect(rest[1]?.data).toMatchObject({ status: "lost", sessionState: "lost" });
    const whole = await (
      await second.api.stream("GET", path(id, stream.executionId, "/events"))
    ).rest();
    expect(bytesOf(whole, "stdout").toString()).toBe("one\n");
  });

  it("an execution with a key is not run again, and its repeat says what became of it [F45]", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("bash", { cwd: folder });
    const send = (server: Server, code: string, key: string, query = "") =>
      server.api.request("POST", path(id, "", query), {
        body: { code },
        headers: { "idempotency-key": key },
      });
    const count = () => readFileSync(join(folder, "runs"), "utf8").length;
    const ended = await send(first, "printf x >> runs; echo done", "ended");
    expect(ended.status).toBe(200);
    expect((await send(first, "printf x >> runs; echo done", "ended")).json).toEqual(ended.json);
    const conflict = await send(first, "printf y >> runs", "ended");
    expect([conflict.status, conflict.json]).toMatchObject([409, { code: "idempotency_conflict" }]);
    const hanging = send(first, "printf x >> runs; sleep 1000", "hangs").catch(() => null);
    await eventually(() => count() === 2, { what: "the start of the second execution" });
    await first.end("SIGKILL");
    expect(await hanging).toBeNull();

    await using second = await serveAgain();
    const again = await send(second, "printf x >> runs; echo done", "ended");
    expect([again.status, again.json]).toEqual([200, ended.json]);
    const lost = await send(second, "printf x >> runs; sleep 1000", "hangs");
    expect([lost.status, lost.json]).toMatchObject([200, { status: "lost", sessionState: "lost" }]);
    expect((await send(second, "other", "hangs")).status).toBe(409);
    expect(count()).toBe(2);
  });

  it("what was deleted stays deleted: 410, not 404 [D39]", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("bash");
    const deleted = await first.api.request("DELETE", `/v1/sessions/${id}`);
    expect(deleted.status).toBe(204);
    await stored(first);
    await first.end("SIGKILL");
    await using second = await serveAgain();
    for (const [route, code] of [
      [id, "session_closed"],
      ["never", "session_not_found"],
    ])
      expect((await second.api.get(`/v1/sessions/${route}`)).json).toMatchObject({ code });
  });

  it("history is read by pages across the restart, oldest first in each", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("bash");
    for (const n of [1, 2, 3]) await first.api.execute(id, `echo ${n}`);
    await stored(first);
    await first.end("SIGKILL");
    await using second = await serveAgain();
    for (const n of [4, 5]) await second.api.execute(id, `echo ${n}`);
    const pages: string[][] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query = cursor === "" ? "?limit=2" : `?limit=2&cursor=${cursor}`;
      const page = (await second.api.get(path(id, "", query))).json as {
        items: { stdout: string }[];
        nextCursor: string | null;
      };
      pages.push(page.items.map(({ stdout }) => stdout.trim()));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([["4", "5"], ["2", "3"], ["1"]]);
  });
});

describe("the data folder", () => {
  it("survives SIGTERM as well: what ran was interrupted", async () => {
    const first = await serveAgain();
    const { id } = await first.api.session("bash");
    const stream = await first.api.follow(id, "sleep 1000");
    await stream.until("started");
    expect(await first.end("SIGTERM")).toEqual({ code: 0, signal: null });
    await using second = await serveAgain();
    expect((await second.api.get(path(id, stream.executionId))).json).toMatchObject({
      status: "interrupted",
    });
    expect((await second.api.get(`/v1/sessions/${id}`)).json).toMatchObject({ state: "lost" });
  });

  it("belongs to the user alone, and to one server at a time [D40]", async () => {
    await using one = await serveAgain();
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "data", "holdfast.db")).mode & 0o777).toBe(0o600);
    await expect(serveAgain()).rejects.toThrow(/holdfast\.db: another process has it open/);
    expect((await one.api.get("/readyz")).json).toMatchObject({ persistence: "ok" });
  });

  it("which nobody named and another server has is done without, with a note", async () => {
    const env = { HOLDFAST_DATA_DIR: "", XDG_STATE_HOME: join(folder, "state") };
    await using one = await serveAgain(env);
    expect(statSync(join(folder, "state", "holdfast", "holdfast.db")).isFile()).toBe(true);
    await using two = await serveAgain(env);
    expect((await one.api.get("/readyz")).json).toMatchObject({ persistence: "ok" });
    expect((await two.api.get("/readyz")).json).toMatchObject({ persistence: "none" });
    expect(two.log).toContain("Nothing is kept");
  });

  it("is not touched by a server that is to keep nothing", async () => {
    await using server = await serveAgain({ HOLDFAST_MEMORY: "1" });
    await server.api.session("bash");
    expect(() => statSync(join(folder, "data"))).toThrow("ENOENT");
  });

  it("is not missed by checkpoints, which have a bound in memory [A68]", async () => {
    await using server = await serveAgain({ HOLDFAST_MEMORY: "1" });
    const { id } = await server.api.session("python");
    const checkpoints = `/v1/sessions/${id}/checkpoints`;
    expect(await server.api.post(checkpoints, {})).toMatchObject({ status: 201 });
    await server.api.execute(id, "x = bytes(129 * 1024 * 1024)");
    expect(await server.api.post(checkpoints, {})).toMatchObject({
      status: 413,
      json: {
        code: "payload_too_large",
        detail: expect.stringContaining("limit 134217728"),
      },
    });
  });

  it("with a damaged file ends the server with a message that names it, and the file stays [D32]", async () => {
    const file = join(folder, "data", "holdfast.db");
    mkdirSync(join(folder, "data"));
    writeFileSync(file, "no database ".repeat(1_000));
    await expect(serveAgain()).rejects.toThrow(`store ${file}`);
    expect(readFileSync(file, "utf8")).toBe("no database ".repeat(1_000));
  });
});

describe.skipIf(!isPermitted("a mount of tmpfs", canMountTmpfs()))("on a full disk", () => {
  it("sessions run on, /readyz says degraded; with room again all is kept [F24] [S4-16] [S4-25]", async () => {
    using disk = mountTmpfs({ sizeBytes: 8 * 1024 * 1024 });
    const env = { HOLDFAST_DATA_DIR: disk.folder };
    const first = await serveAgain(env);
    const { id } = await first.api.session("bash");
    await first.api.execute(id, "x=1");
    await stored(first);
    const isTold = (persistence: string) =>
      eventually(
        async () =>
          (await first.api.get("/readyz")).text.includes(`"persistence":"${persistence}"`),
        { what: `persistence to be told as ${persistence}` },
      );
    disk.fill();
    const large = await first.api.execute(id, "head -c 1000000 /dev/zero | tr '\\0' a");
    expect(large.stdoutBytes).toBe(1_000_000);
    await isTold("degraded");
    expect((await first.api.execute(id, "echo $x")).stdout).toBe("1\n");
    const other = await first.api.session("bash");
    const kept = await first.api.execute(other.id, "echo kept");
    disk.free();
    await isTold("ok");
    await stored(first);
    await first.end("SIGKILL");

    await using second = await serveAgain(env);
    expect((await second.api.get(path(other.id, kept.id))).json).toMatchObject({
      stdout: "kept\n",
    });
    expect((await second.api.get(path(id, large.id))).json).toMatchObject({
      stdoutBytes: 1_000_000,
      stdout: large.stdout,
    });
  });
});
