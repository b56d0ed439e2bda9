import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { executionSchema } from "./api-client.ts";
import { type TestServer, testServer } from "./test-server.ts";

let server: TestServer;
let bash: string;
let python: string;
beforeAll(async () => {
  server = await testServer();
  bash = (await server.api.session("bash")).id;
  python = (await server.api.session("python")).id;
});
afterAll(() => server[Symbol.asyncDispose]());

describe("POST …/executions", () => {
  it("answers 200 with the execution when it has ended, output exact, nothing trimmed [R4.1] [S1-24] [S1-10]", async () => {
    const execution = await server.api.execute(
      bash,
      "printf ' out\\n\\n'; printf err >&2; (exit 3)",
    );
    expect(execution).toMatchObject({
      sessionId: bash,
      status: "ok",
      exitCode: 3,
      signal: null,
      stdout: " out\n\n",
      stderr: "err",
      stdoutBytes: 6,
      stderrBytes: 3,
      truncated: false,
      result: null,
      displays: [],
      error: null,
      sessionState: "kept",
    });
    expect(execution.durationMs).toBeGreaterThan(0);
  });

  it("answers with the value, its repr and its MIME bundle [R1.1]", async () => {
    const { result, status } = await server.api.execute(
      python,
      "{'a': (1, 2), 'b': 2**70, 'c': b'\\xff'}",
    );
    expect(status).toBe("ok");
    expect(result?.repr).toBe("{'a': (1, 2), 'b': 1180591620717411303424, 'c': b'\\xff'}");
    expect(result?.value).toMatchObject({
      a: { $type: "tuple" },
      b: { $type: "bigint" },
      c: { $type: "bytes" },
    });
    expect(result?.mime["text/plain"]).toBe(result?.repr);
  });

  it("answers a raised error as a traceback of the cell's own lines [A67]", async () => {
    const { error, status } = await server.api.execute(python, "def f():\n    return 1/0\nf()");
    expect(status).toBe("error");
    expect(error).toMatchObject({ name: "ZeroDivisionError", message: "division by zero" });
    expect(error?.traceback.map(({ line, source }) => [line, source.trim()])).toEqual([
      [3, "f()"],
      [2, "return 1/0"],
    ]);
  });

  it.each([
    ["bash", "exit 42", { status: "lost", exitCode: 42, signal: null, sessionState: "lost" }],
    [
      "bash",
      "kill -9 $$",
      { status: "lost", exitCode: null, signal: "SIGKILL", sessionState: "lost" },
    ],
    ["python", "import os; os._exit(42)", { status: "lost", exitCode: 42, sessionState: "lost" }],
  ])(
    "tells how a %s that ran `%s` ended, and goes on with a fresh worker [F14]",
    async (runtime, code, end) => {
      const { id } = await server.api.session(runtime);
      expect(await server.api.execute(id, code)).toMatchObject(end);
      const next = await server.api.execute(id, runtime === "bash" ? "echo next" : "print('next')");
      expect(next).toMatchObject({ status: "ok", stdout: "next\n" });
    },
  );

  it("gives bytes that are not UTF-8 as U+FFFD, or with ?encoding=base64 exactly [A23]", async () => {
    const code = "printf 'a\\377\\0\\342\\200\\250\\r\\nb'";
    const text = await server.api.execute(bash, code);
    expect(text.stdout).toBe("a\uFFFD\0\u2028\r\nb");
    const exact = await server.api.request(
      "POST",
      `/v1/sessions/${bash}/executions?encoding=base64`,
      {
        body: { code },
      },
    );
    const bytes = Buffer.from(executionSchema.parse(exact.json).stdout, "base64");
    expect(bytes.toString("latin1")).toBe("a\xFF\0\xE2\x80\xA8\r\nb");
  });

  it("takes stdin, env, cwd and a timeout for one execution alone [R2.4] [S1-26] [S1-11]", async () => {
    const given = await server.api.execute(bash, 'cat; echo "$ONE $PWD"', {
      stdin: "in\n",
      env: { ONE: "1" },
      cwd: "/usr",
      timeoutMs: 60_000,
    });
    expect(given.stdout).toBe("in\n1 /usr\n");
    expect((await server.api.execute(bash, 'echo "${ONE-unset} $PWD"')).stdout).toBe("unset /\n");
    const late = await server.api.execute(bash, "echo begun; sleep 30", { timeoutMs: 300 });
    expect(late).toMatchObject({ status: "timeout", stdout: "begun\n", sessionState: "kept" });
  });

  it("keeps output up to the limit and counts all of it [R1.6]", async () => {
    await using own = await testServer({}, { session: { maxOutputBytes: 1_000 } });
    const { id } = await own.api.session("bash");
    const execution = await own.api.execute(id, "head -c 5000 /dev/zero | tr '\\0' x");
    expect(execution).toMatchObject({
      stdoutBytes: 5_000,
      truncated: true,
      stdout: "x".repeat(1_000),
    });
  });

  it("runs those of one session in order and those of several at once [R4.5]", async () => {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => server.api.session("bash")));
    const outputs = await Promise.all(
      sessions.flatMap(({ id }, number) =>
        Array.from({ length: 5 }, (_, index) =>
          server.api.execute(id, `n=$((\${n-0}+1)); echo "${number} $n"; echo "${index}" >&2`),
        ),
      ),
    );
    for (const [index, { stdout, stderr, sessionId }] of outputs.entries()) {
      const number = sessions.findIndex(({ id }) => id === sessionId);
      expect(stdout).toMatch(new RegExp(`^${number} [1-5]\n$`));
      expect(stderr).toBe(`${index % 5}\n`);
    }
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(25);
  });
});

describe("history", () => {
  it("has executions in order, with their code, one by one and in pages", async () => {
    const { id } = await server.api.session("bash");
    const codes = ["echo 1", "echo 2", "echo 3"];
    const ids: string[] = [];
    for (const code of codes) ids.push((await server.api.execute(id, code)).id);
    const page = async (query: string) => {
      const { json } = await server.api.get(`/v1/sessions/${id}/executions${query}`);
      return json as {
        items: { id: string; code: string; stdout: string }[];
        nextCursor: string | null;
      };
    };
    const all = await page("");
    expect(all.items.map(({ code, stdout }) => [code, stdout])).toEqual([
      ["echo 1", "1\n"],
      ["echo 2", "2\n"],
      ["echo 3", "3\n"],
    ]);
    expect(all.nextCursor).toBeNull();
    const latest = await page("?limit=2");
    expect(latest.items.map((one) => one.id)).toEqual(ids.slice(1));
    const before = await page(`?limit=2&cursor=${latest.nextCursor}`);
    expect(before.items.map((one) => one.id)).toEqual(ids.slice(0, 1));
    const one = await server.api.get(`/v1/sessions/${id}/executions/${ids[1]}`);
    expect(one.json).toMatchObject({ id: ids[1], code: "echo 2", stdout: "2\n" });
  });

  it("does not know executions of another session [A64]", async () => {
    const { id } = await server.api.execute(bash, ":");
    const answers = await Promise.all([
      server.api.get(`/v1/sessions/${python}/executions/${id}`),
      server.api.get(`/v1/sessions/${python}/executions/${id}/events`),
      server.api.post(`/v1/sessions/${python}/executions/${id}/kill`),
      server.api.post(`/v1/sessions/${python}/executions/${id}/interrupt`),
      server.api.post(`/v1/sessions/${python}/executions/${id}/input`, { data: "x" }),
    ]);
    for (const { status, json } of answers) {
      expect(status).toBe(404);
      expect(json).toMatchObject({ code: "execution_not_found" });
    }
  });
});

describe("background executions", () => {
  it("answer 202 at once with a pid and do not block the session [R4.2] [R4.4] [S1-44]", async () => {
    const { id } = await server.api.session("bash");
    await server.api.execute(id, "greeting=hello; cd /usr");
    const { status, json } = await server.api.post(`/v1/sessions/${id}/executions`, {
      code: 'echo "$greeting $PWD"; sleep 120',
      background: true,
    });
    expect(status).toBe(202);
    const started = json as { id: string; pid: number; status: string };
    expect(started).toMatchObject({ status: "running", background: true, pid: expect.any(Number) });
    expect((await server.api.execute(id, "echo free")).stdout).toBe("free\n");
    const events = await server.api.stream(
      "GET",
      `/v1/sessions/${id}/executions/${started.id}/events`,
    );
    expect((await events.until("stdout")).data["text"]).toBe("hello /usr\n");
    const killed = await server.api.post(`/v1/sessions/${id}/executions/${started.id}/kill`);
    expect(killed.status).toBe(202);
    expect((await events.until("completed")).data).toMatchObject({ signal: "SIGKILL" });
  });

  it("can be killed at once, silent ones too, with the signal that is named [R4.3] [D24] [S1-36] [S1-43]", async () => {
    const { id } = await server.api.session("bash");
    const { json } = await server.api.post(`/v1/sessions/${id}/executions`, {
      code: "sleep 120",
      background: true,
    });
    const path = `/v1/sessions/${id}/executions/${(json as { id: string }).id}`;
    expect((await server.api.post(`${path}/kill`, { signal: "SIGTERM" })).status).toBe(202);
    const events = await server.api.stream("GET", `${path}/events`);
    const { data } = await events.until("completed");
    expect(data["signal"] === "SIGTERM" || data["exitCode"] === 143).toBe(true);
  });

  it("are refused where the runtime has none: 501, never ignored [R8.3]", async () => {
    const { status, json } = await server.api.post(`/v1/sessions/${python}/executions`, {
      code: "1",
      background: true,
    });
    expect(status).toBe(501);
    expect(json).toMatchObject({ code: "feature_unsupported" });
  });
});

describe("input", () => {
  it("answers several questions of one execution, then says that none is open [R2.5]", async () => {
    const { id } = await server.api.session("python");
    const events = await server.api.follow(
      id,
      "import getpass\na = input('name? ')\nb = getpass.getpass('secret? ')\na + b",
      { allowInput: true },
    );
    const input = (body: object) =>
      server.api.post(`/v1/sessions/${id}/executions/${events.executionId}/input`, body);
    expect((await events.until("input_request")).data).toMatchObject({
      prompt: "name? ",
      password: false,
    });
    expect((await input({ data: "ada" })).status).toBe(202);
    expect((await events.until("input_request")).data).toMatchObject({
      prompt: "secret? ",
      password: true,
    });
    expect((await input({ data: "x" })).status).toBe(202);
    expect((await events.until("result")).data).toMatchObject({ repr: "'adax'" });
    await events.rest();
    const late = await input({ data: "late" });
    expect([late.status, late.json]).toEqual([
      409,
      expect.objectContaining({ code: "input_not_expected" }),
    ]);
  });

  it("feeds a bash that reads, and closes its input [R2.5]", async () => {
    const { id } = await server.api.session("bash");
    const events = await server.api.follow(id, "cat; echo end", { allowInput: true });
    await events.until("started");
    const path = `/v1/sessions/${id}/executions/${events.executionId}/input`;
    await server.api.post(path, { data: "one\n" });
    expect((await events.until("stdout")).data["text"]).toBe("one\n");
    await server.api.post(path, { data: "two\n", close: true });
    const rest = await events.rest();
    expect(rest.map(({ data }) => (data["text"] as string | undefined) ?? "").join("")).toBe(
      "two\nend\n",
    );
  });
});

describe("POST /v1/run", () => {
  it.each([
    ["bash", "x=1; echo $((x+1))", { stdout: "2\n" }],
    ["python", "x = 1\nx + 1", { result: expect.objectContaining({ repr: "2" }) }],
  ])("runs %s in a session of its own that is gone with it", async (runtime, code, wanted) => {
    const { status, json } = await server.api.post("/v1/run", { runtime, code });
    expect(status).toBe(200);
    const execution = executionSchema.parse(json);
    expect(execution).toMatchObject({ status: "ok", ...wanted });
    expect((await server.api.get(`/v1/sessions/${execution.sessionId}`)).status).toBe(410);
  });

  it("streams with Accept: text/event-stream, and is gone when its client goes away [F21]", async () => {
    await using own = await testServer();
    const events = await own.api.stream("POST", "/v1/run", {
      body: { runtime: "bash", code: "echo on; sleep 120" },
    });
    expect((await events.until("stdout")).data["text"]).toBe("on\n");
    const { items } = (await own.api.get("/v1/sessions")).json as { items: { id: string }[] };
    events.cut();
    let status = 200;
    while (status === 200) status = (await own.api.get(`/v1/sessions/${items[0]?.id}`)).status;
    expect(status).toBe(410);
    expect(own.host.size).toBe(0);
  });

  it("refuses what it cannot do with 501 [R8.3]", async () => {
    for (const more of [{ background: true }, { allowInput: true }, { onError: "rollback" }]) {
      const { status, json } = await server.api.post("/v1/run", {
        runtime: "bash",
        code: ":",
        ...more,
      });
      expect(status).toBe(501);
      expect(json).toMatchObject({ code: "feature_unsupported" });
    }
  });
});
