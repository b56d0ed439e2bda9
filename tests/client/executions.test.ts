import { getEventListeners } from "node:events";
import {
  type ExecutionEvent,
  type HoldfastClient,
  type Session,
  isApiError,
} from "@holdfast/client";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { testClient } from "./test-client.ts";

let server: TestServer;
let client: HoldfastClient;
let bash: Session;
let python: Session;
beforeAll(async () => {
  server = await testServer({ heartbeatMs: 50 });
  client = testClient(server.port);
  [bash, python] = await Promise.all([
    client.sessions.create({ runtime: "bash" }),
    client.sessions.create({ runtime: "python" }),
  ]);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Waits until bash has nothing to do, without following it. */
const idle = () =>
  eventually(async () => (await bash.info()).state === "idle", {
    what: "an end that nobody waits for",
    timeoutMs: 20_000,
  });

describe("an awaited execution", () => {
  it.each([
    ["bash", "echo out; echo err >&2; (exit 3)"],
    [
      "bash",
      "printf 'caf\\xc3\\xa9 \\xff\\xfe \\xef\\xbb\\xbfbom'; printf '\\xc3'; sleep 0.05; printf '\\xa9'",
    ],
    ["bash", ""],
    [
      "python",
      "class Rich:\n  def _repr_html_(self): return '<b>rich</b>'\ndisplay(Rich()); Rich()",
    ],
    ["python", "1 / 0"],
    ["python", "print('x' * 100_000); {1, 2}"],
  ])("is what the server says of it: %s %j", async (runtime, code) => {
    const session = runtime === "bash" ? bash : python;
    for (const encoding of ["text", "bytes"] as const) {
      const execution = session.execute(code, { encoding });
      const awaited = await execution;
      const { code: told, ...details } = await execution.details();
      expect(told).toBe(code);
      expect(awaited).toEqual(details);
    }
  });

  it("has the first 16 MiB of what is more, and says so", async () => {
    const execution = bash.execute("head -c 20000000 /dev/zero");
    const { stdout, truncated, stdoutBytes } = await execution;
    expect([stdout.length, truncated, stdoutBytes]).toEqual([16 * 1024 * 1024, true, 20_000_000]);
  });

  it("goes on when it is awaited again, or iterated over and then awaited", async () => {
    const execution = bash.execute("echo once");
    expect(await execution).toBe(await execution);
    const followed = bash.execute("echo followed");
    const types: string[] = [];
    for await (const { type } of followed) types.push(type);
    expect(types).toEqual(["started", "stdout", "completed"]);
    expect((await followed).stdout).toBe("followed\n");
    const again: string[] = [];
    for await (const { type } of followed) again.push(type);
    expect(again).toEqual(types);
  });
});

describe("a followed execution", () => {
  it("gives bytes, exact, where they are asked for", async () => {
    const code = "printf 'a\\xff\\x00b'; printf '\\xfe' >&2";
    const events: ExecutionEvent<"bytes">[] = [];
    for await (const event of bash.execute(code, { encoding: "bytes" })) events.push(event);
    const bytes = (type: string) =>
      events.flatMap((event) => (event.type === type && "bytes" in event ? [...event.bytes] : []));
    expect([bytes("stdout"), bytes("stderr")]).toEqual([[97, 255, 0, 98], [254]]);
  });

  it("has the worker's signs of life where they are asked for", async () => {
    await using own = await testServer({}, { session: { heartbeatIntervalMs: 20 } });
    await using session = await testClient(own.port).sessions.create({ runtime: "bash" });
    const execution = session.execute("read", { allowInput: true, heartbeats: true });
    for await (const event of execution) {
      if (event.type !== "heartbeat") continue;
      expect(event).toMatchObject({ cpuMs: expect.any(Number) as number });
      break;
    }
    await execution.input("\n");
    expect((await execution).status).toBe("ok");
  });

  it("runs on when the loop is left", async () => {
    const execution = bash.execute("echo begun; read line; echo $line", { allowInput: true });
    for await (const { type } of execution) if (type === "stdout") break;
    await execution.input("answer\n");
    expect(await execution).toMatchObject({ status: "ok", stdout: "begun\nanswer\n" });
  });

  it("runs on though nobody follows it, and has all of it for who comes later [S1-49]", async () => {
    const execution = bash.execute("for i in {1..200000}; do echo line $i; done");
    await execution.id;
    await idle();
    let text = "";
    for await (const event of execution) if (event.type === "stdout") text += event.text;
    expect(text.split("\n")).toHaveLength(200_001);
  });

  it("has events behind a seq, and none behind the last", async () => {
    const execution = bash.execute("echo out; echo err >&2");
    await execution;
    const seqsBehind = async (after: number) => {
      const seqs: number[] = [];
      for await (const { seq } of execution.events({ after })) seqs.push(seq);
      return seqs;
    };
    expect(await seqsBehind(2)).toEqual([3, 4]);
    expect(await seqsBehind(4)).toEqual([]);
  });

  it("tells the gap where output was not kept", async () => {
    const execution = bash.execute("head -c 20000000 /dev/zero; echo end >&2");
    await execution.id;
    await idle();
    const events: ExecutionEvent[] = [];
    for await (const event of execution) events.push(event);
    const gap = events.find((event) => event.type === "gap");
    expect(gap).toMatchObject({ fromSeq: expect.any(Number) as number, seq: gap?.toSeq });
    expect(events.at(-1)?.type).toBe("completed");
  });

  it("runs beside the foreground in the background, and can be killed", async () => {
    const endless = bash.execute("while :; do sleep 0.1; done", { background: true });
    expect((await bash.execute("echo beside")).stdout).toBe("beside\n");
    await endless.kill();
    expect(await endless).toMatchObject({ signal: "SIGKILL", background: true });
  });
});

describe("the signal of an execution", () => {
  it("ends the wait, and leaves the code running", async () => {
    const leaving = new AbortController();
    const execution = bash.execute("read line; echo $line", {
      allowInput: true,
      signal: leaving.signal,
    });
    const id = await execution.id;
    const awaited = execution.result();
    leaving.abort(new Error("enough"));
    await expect(awaited).rejects.toThrow("enough");
    const same = bash.execution(id);
    expect((await same.details()).status).toBe("running");
    await same.input("on\n");
    expect((await same).stdout).toBe("on\n");
  });

  it("interrupts the code too where that is asked for", async () => {
    const leaving = new AbortController();
    const execution = python.execute("while True: pass", {
      signal: leaving.signal,
      interruptOnAbort: true,
    });
    const events = execution[Symbol.asyncIterator]();
    await events.next();
    leaving.abort();
    await expect(events.next()).rejects.toMatchObject({ name: "AbortError" });
    expect((await python.execution(await execution.id)).status).toBe("interrupted");
  });

  it("is left without listeners by what has ended", async () => {
    const { signal } = new AbortController();
    await bash.execute("echo awaited", { signal });
    for await (const { type } of bash.execute("echo followed", { signal }))
      expect(type).toBeTruthy();
    await client.run({ runtime: "bash", code: "echo once", signal });
    await bash.info({ signal });
    await expect(bash.execute("refused", { signal, timeoutMs: 0 })).rejects.toThrow("timeoutMs");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("ends the wait for the code before it, too, and then runs nothing", async () => {
    const session = await client.sessions.create({ runtime: "bash" });
    const held = Promise.withResolvers<void>();
    const slow = testClient(server.port, {
      fetch: async (request) => {
        await held.promise;
        return fetch(request);
      },
    }).session(session.id);
    const first = slow.execute("echo first");
    const leaving = new AbortController();
    const second = slow.execute("echo second", { signal: leaving.signal, interruptOnAbort: true });
    leaving.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    held.resolve();
    expect((await first).stdout).toBe("first\n");
    expect((await slow.execute("echo third")).stdout).toBe("third\n");
    expect(await session.info()).toMatchObject({ executionCount: 2 });
  });

  it("that is aborted already runs nothing", async () => {
    const session = await client.sessions.create({ runtime: "bash" });
    const signal = AbortSignal.abort(new Error("never mind"));
    await expect(session.execute("echo no", { signal })).rejects.toThrow("never mind");
    expect((await session.execute("echo yes")).stdout).toBe("yes\n");
    expect(await session.info()).toMatchObject({ executionCount: 1 });
  });
});

describe("onInput", () => {
  it("answers each question once, though two follow the execution", async () => {
    const asked: string[] = [];
    const execution = python.execute(
      "import getpass\nname = input('name? ')\nsecret = getpass.getpass('secret? ')\n(name, secret)",
      {
        onInput: async ({ prompt, password }) => {
          asked.push(`${prompt}${password}`);
          return password ? "s" : "n";
        },
      },
    );
    const all = async () => {
      const types: string[] = [];
      for await (const { type } of execution) types.push(type);
      return types;
    };
    const [end, types] = await Promise.all([execution, all()]);
    expect(end.result?.repr).toBe("('n', 's')");
    expect(asked).toEqual(["name? false", "secret? true"]);
    expect(types.filter((type) => type === "input_request")).toHaveLength(2);
  });

  it("ends the input with null", async () => {
    const execution = python.execute("input('? ')", { onInput: () => null });
    expect((await execution).error?.name).toBe("EOFError");
  });

  it("that throws ends the wait with its error", async () => {
    const execution = python.execute("input('? ')", {
      onInput: () => {
        throw new Error("nobody is there");
      },
    });
    await expect(execution).rejects.toThrow("nobody is there");
    await python.interrupt();
  });
});

describe("refusals", () => {
  it("are errors with the server's code, message and details", async () => {
    const error = await client
      .session("never-was")
      .execute("1")
      .result()
      .catch((thrown: unknown) => thrown);
    expect(isApiError(error, "session_not_found")).toBe(true);
    expect(isApiError(error, "session_exists", "session_closed")).toBe(false);
    expect(error).toMatchObject({
      status: 404,
      message: expect.stringContaining("never-was") as string,
      requestId: expect.any(String) as string,
    });
    await expect(bash.execute("1", { timeoutMs: 0 })).rejects.toMatchObject({
      code: "invalid_request",
      details: { issues: [expect.objectContaining({ path: "timeoutMs" })] },
    });
  });

  it("of one start do not hold up the next", async () => {
    const refused = bash.execute("1", { timeoutMs: 0 });
    const taken = bash.execute("echo next");
    await expect(refused).rejects.toMatchObject({ code: "invalid_request" });
    expect((await taken).stdout).toBe("next\n");
  });
});

describe("an idempotency key", () => {
  it("of one's own runs the code once, and refuses other code", async () => {
    const session = await client.sessions.create({ runtime: "bash" });
    const options = { idempotencyKey: "first" };
    const ends = await Promise.all(
      [1, 2].map(() => session.execute("n=$((n + 1)); echo $n", options)),
    );
    expect(ends.map(({ stdout }) => stdout)).toEqual(["1\n", "1\n"]);
    await expect(session.execute("echo other", options)).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
  });
});

describe("run", () => {
  it("gives events, or the end, and is gone", async () => {
    const options = { runtime: "bash", code: "echo out; printf '\\xff' >&2" } as const;
    const end = await client.run({ ...options, encoding: "bytes" });
    expect([...end.stderr]).toEqual([255]);
    const types: string[] = [];
    for await (const { type } of client.run(options)) types.push(type);
    expect(types).toEqual(["started", "stdout", "stderr", "completed"]);
    await expect(client.sessions.get(end.sessionId)).rejects.toMatchObject({
      code: "session_closed",
    });
  });

  it("ends with its signal", async () => {
    const leaving = new AbortController();
    const run = client.run({ runtime: "bash", code: "sleep 1000", signal: leaving.signal });
    const events = run[Symbol.asyncIterator]();
    await events.next();
    expect((await client.health()).sessions).toBeGreaterThan(0);
    const before = (await client.health()).sessions;
    leaving.abort(new Error("enough"));
    await expect(events.next()).rejects.toThrow("enough");
    await eventually(async () => (await client.health()).sessions === before - 1, {
      what: "the end of the run's session",
    });
  });
});
