import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomOfThisRun } from "@holdfast/harness";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ApiClient, executionSchema, sessionSchema } from "../server/api-client.ts";
import { startServer } from "../support/live-server.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "killed-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rounds = 8;

interface Asked {
  readonly key: string;
  readonly code: string;
  /** What the client was answered, `null` when the server was gone before. */
  readonly id: string | null;
}

it(`a server that is killed ${rounds} times at random moments keeps every session, ends every execution and runs no key twice [F04] [F45]`, async () => {
  const random = randomOfThisRun("a server that is killed");
  const sessions: string[] = [];
  const asked: Asked[] = [];
  for (let round = 0; round <= rounds; round++) {
    const server = await startServer({
      env: { HOLDFAST_DATA_DIR: folder, HOLDFAST_LOG: "errors" },
    });
    const api = new ApiClient(server.url);
    const send = (session: string, key: string, code: string) =>
      api.request("POST", `/v1/sessions/${session}/executions`, {
        body: { code },
        headers: { "idempotency-key": key },
      });

    for (const id of sessions) {
      const session = sessionSchema.parse((await api.get(`/v1/sessions/${id}`)).json);
      expect(session.state).toBe("lost");
      const list = (await api.get(`/v1/sessions/${id}/executions?limit=1000`)).json as {
        items: { status: string }[];
      };
      for (const { status } of list.items) expect(["ok", "lost"]).toContain(status);
    }
    for (const { key, code, id } of asked) {
      const session = key.split(".")[0] ?? "";
      const again = await send(session, key, code);
      const execution = executionSchema.parse(again.json);
      // What was answered is known by its key, and tells the same.
      if (id !== null) expect([execution.id, execution.stdout]).toEqual([id, `${key}\n`]);
    }
    // Each left one mark where it ran.
    const marks = asked.length === 0 ? [] : marksOf(folder);
    expect(new Set(marks).size).toBe(marks.length);
    if (round === rounds) {
      expect(server.log).toBe("");
      await server.end();
      return;
    }

    const { id } = await api.session("bash", { cwd: folder });
    sessions.push(id);
    const work = (async () => {
      for (let n = 0; ; n++) {
        const key = `${id}.${round}.${n}`;
        const code = `echo ${key} >> marks; echo ${key}`;
        const answer = await send(id, key, code).catch(() => null);
        const isAnswered = answer !== null && answer.status === 200;
        asked.push({ key, code, id: isAnswered ? executionSchema.parse(answer.json).id : null });
        if (!isAnswered) return;
      }
    })();
    await new Promise((killed) => setTimeout(killed, random.integer(5, 150)));
    await server.end("SIGKILL");
    await work;
  }
}, 120_000);

function marksOf(directory: string): readonly string[] {
  return readFileSync(join(directory, "marks"), "utf8").trim().split("\n");
}
