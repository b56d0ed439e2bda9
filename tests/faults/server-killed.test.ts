import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ProcessEntry,
  descendantsOf,
  eventually,
  findProcess,
  randomOfThisRun,
  signalProcess,
} from "@holdfast/harness";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ApiClient, executionSchema, sessionSchema } from "../server/api-client.ts";
import { has } from "../support/requires.ts";
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
    const marks = marksOf(folder);
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

it.skipIf(!has("python3"))(
  `a server that is killed ${rounds} times, its template too, goes on from the last checkpoint of a Python session [F04] [R7.3]`,
  async () => {
    const random = randomOfThisRun("a server and its template that are killed");
    const env = {
      HOLDFAST_DATA_DIR: folder,
      HOLDFAST_LOG: "errors",
      HOLDFAST_CHECKPOINTS: "execution",
    };
    const code = "n = globals().get('n', 0) + 1; n";
    let count = 0;
    for (let round = 0; round <= rounds; round++) {
      const server = await startServer({ env });
      const api = new ApiClient(server.url);
      if (round === 0) await api.session("python", { id: "py", cwd: folder });
      const run = async () => {
        const answer = await api.request("POST", "/v1/sessions/py/executions", { body: { code } });
        return executionSchema.parse(answer.json);
      };
      const first = await run();
      expect(first.status).toBe("ok");
      // From a checkpoint: never more than there was, and one of the values that there were.
      expect(Number(first.result?.value)).toBeLessThanOrEqual(count + 2);
      count = Number(first.result?.value);
      const work = (async () => {
        for (;;) {
          const next = await run().catch(() => null);
          if (next?.status !== "ok") return;
          expect(next.result?.value).toBe(++count);
        }
      })();
      await new Promise((passed) => setTimeout(passed, random.integer(5, 150)));
      for (const entry of descendantsOf(server.pid))
        if (isTemplate(entry, server.pid)) signalProcess(entry, "SIGKILL");
      if (random.next() < 0.5) {
        await new Promise((passed) => setTimeout(passed, random.integer(0, 20)));
        const other = await api.session("python", { cwd: folder });
        await api.request("DELETE", `/v1/sessions/${other.id}`);
      }
      await server.end("SIGKILL");
      await work;
      await eventually(() => filesOf(server.pid).length === 0, { what: "the end of its files" });
    }
    expect(count).toBeGreaterThan(1);
  },
  120_000,
);

/** What is forked from it has its command line, too; but its guard is the server's own child. */
function isTemplate({ pid, parentPid }: ProcessEntry, serverPid: number): boolean {
  if (findProcess(parentPid)?.parentPid !== serverPid) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("\0template\0");
  } catch {
    return false; // It has ended meanwhile.
  }
}

/** A folder for a process that never came may stay, empty, until a later server looks for such. */
function filesOf(pid: number): readonly string[] {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(`holdfast-${pid}-`));
  return names
    .flatMap((name) => entriesOf(join(tmpdir(), name)))
    .filter((name) => name.includes("/"));
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: "utf8" });
  } catch {
    return []; // It goes at this moment.
  }
}

function marksOf(directory: string): readonly string[] {
  const file = join(directory, "marks");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}
