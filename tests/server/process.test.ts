import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf, eventually, isRunning } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { repository } from "../support/repository.ts";
import { runCommand } from "../support/run-command.ts";
import { ApiClient } from "./api-client.ts";

const entry = join(repository, "apps/server/dist/index.mjs");

/** A temporary folder for one server, to see what it leaves there. */
function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "server-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts what outlives careless servers: a daemon of its own session, a job, a running foreground, a background. */
async function fillWithWork(api: ApiClient) {
  const bash = (await api.session("bash")).id;
  const python = (await api.session("python")).id;
  await api.execute(bash, "setsid sleep 300 & sleep 300 &");
  await api.post(`/v1/sessions/${bash}/executions`, { code: "sleep 300", background: true });
  const streams = await Promise.all([
    api.follow(bash, "echo on; sleep 300"),
    api.follow(python, "import time; print('on', flush=True); time.sleep(300)"),
  ]);
  for (const stream of streams) await stream.until("stdout");
  return streams;
}

describe("the server process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends on %s with code 0: streams are told, no process and no file is left [F05]",
    async (signal) => {
      using folder = temporaryFolder();
      const server = await startServer({ env: { TMPDIR: folder.path } });
      const streams = await fillWithWork(new ApiClient(server.url));
      const processes = descendantsOf(server.pid);
      expect(processes.length).toBeGreaterThan(6);
      const rests = streams.map((stream) => stream.rest());
      expect(await server.end(signal)).toEqual({ code: 0, signal: null });
      for (const rest of rests) {
        const { event, data } = (await rest).at(-1) ?? {};
        expect(event).toBe("completed");
        expect(["interrupted", "lost"]).toContain(data?.["status"]);
      }
      // Guards say that nothing of theirs is left, and then end themselves.
      await eventually(() => !processes.some(({ pid }) => isRunning(pid)), {
        timeoutMs: 1_000,
        what: "the end of all that the server had started",
      });
      expect(readdirSync(folder.path)).toEqual([]);
    },
  );

  it("leaves no process and no file behind when it is killed with SIGKILL [F04]", async () => {
    using folder = temporaryFolder();
    const server = await startServer({ env: { TMPDIR: folder.path } });
    await fillWithWork(new ApiClient(server.url));
    const processes = descendantsOf(server.pid);
    expect(processes.length).toBeGreaterThan(6);
    expect(await server.end("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
    await eventually(() => !processes.some(({ pid }) => isRunning(pid)), {
      timeoutMs: 2_000,
      what: "the end of all that the server had started",
    });
    await eventually(() => readdirSync(folder.path).length === 0, {
      timeoutMs: 2_000,
      what: "the removal of its folders",
    });
  });

  it("ends at once on a second signal [F05]", async () => {
    const server = await startServer();
    const api = new ApiClient(server.url);
    const { id } = await api.session("bash");
    const stream = await api.follow(id, "trap '' INT TERM; echo on; while :; do sleep 1; done");
    await stream.until("stdout");
    const ended = server.end("SIGTERM");
    process.kill(server.pid, "SIGTERM");
    expect([0, 130]).toContain((await ended).code);
    await stream.rest().catch(() => {});
  });

  it("runs beside another one: two servers, two ports, nothing in common [D33] [S3-12]", async () => {
    await using one = await startServer();
    await using two = await startServer();
    const [first, second] = [new ApiClient(one.url), new ApiClient(two.url)];
    await first.session("bash", { id: "same" });
    await second.session("bash", { id: "same" });
    await first.execute("same", "x=one");
    expect((await second.execute("same", 'echo "${x-unset}"')).stdout).toBe("unset\n");
    const answers = await Promise.all([first, first, second].map((api) => api.get("/healthz")));
    const instances = answers.map(({ json }) => (json as { instanceId: string }).instanceId);
    const requests = answers.map(({ headers }) => String(headers["x-request-id"]).split("-")[0]);
    for (const [name, again, other] of [instances, requests]) {
      expect(name).toBe(again);
      expect(name).not.toBe(other);
    }
  });

  it("HOLDFAST_WARM=0 turns warm-up off, and sessions start all the same [S1-18]", async () => {
    await using server = await startServer({ env: { HOLDFAST_WARM: "0" } });
    const api = new ApiClient(server.url);
    const { id } = await api.session("python");
    expect((await api.execute(id, "6 * 7")).result?.value).toBe(42);
    expect((await api.get("/v1/pool")).json).toMatchObject({ warm: 0, warmUps: { count: 0 } });
  });

  it("gives sessions a safe environment: no token, no secret of ours, what is named only [A04]", async () => {
    await using server = await startServer({
      env: {
        HOLDFAST_TOKEN: "server-token",
        AWS_SECRET_ACCESS_KEY: "server-secret",
        BASH_ENV: "/planted",
        NODE_OPTIONS: "--no-warnings",
        LC_ALL: "C.UTF-8",
        WANTED: "yes",
        HOLDFAST_SESSION_ENV: "WANTED, ALSO_WANTED,HOLDFAST_TOKEN",
      },
    });
    const authorization = { authorization: "Bearer server-token" };
    const api = new ApiClient(server.url);
    for (const [runtime, code] of [
      [
        "bash",
        "env; tr '\\0' '\\n' </proc/$$/environ; tr '\\0' '\\n' </proc/$PPID/environ; cat /proc/$PPID/cmdline",
      ],
      ["python", "import os; print(os.environ); print(open('/proc/self/environ').read())"],
    ]) {
      const { json } = await api.request("POST", "/v1/run", {
        headers: authorization,
        body: { runtime, code },
      });
      const { stdout, status } = json as { stdout: string; status: string };
      expect(status).toBe("ok");
      expect(stdout).toContain("WANTED");
      expect(stdout).toContain("LC_ALL");
      for (const secret of [
        "server-token",
        "server-secret",
        "/planted",
        "NODE_OPTIONS",
        "HOLDFAST_TOKEN",
      ])
        expect(stdout).not.toContain(secret);
    }
    expect(server.log).not.toContain("server-token");
  });

  it("gives workers no descriptor of its own: 0, 1, 2 and nothing that was open in the server [A05]", async () => {
    await using server = await startServer();
    const api = new ApiClient(server.url);
    const { id } = await api.session("bash");
    const { stdout } = await api.execute(id, "ls -l /proc/$$/fd /proc/$BASHPID/fd");
    expect(stdout).not.toMatch(/socket:|anon_inode|\.(?:mjs|json|log)/);
  });

  it("logs a line of JSON for each request, with its id, and goes on when nobody reads it [F49] [A66] [D34] [S4-7]", async () => {
    await using server = await startServer();
    const api = new ApiClient(server.url);
    const { headers } = await api.get("/v1/nothing%0a%22fake%22?secret=1");
    const line = await eventually(
      () => server.log.split("\n").find((one) => one.includes("nothing")),
      {
        what: "the line",
      },
    );
    expect(JSON.parse(line)).toMatchObject({
      id: headers["x-request-id"],
      status: 404,
      method: "GET",
    });
    expect(line).not.toContain("secret");

    const deaf = spawn(process.execPath, [entry], {
      env: { ...process.env, PORT: "0", HOST: "127.0.0.1", HOLDFAST_MEMORY: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    deaf.stderr.destroy();
    const [greeting] = (await once(deaf.stdout.setEncoding("utf8"), "data")) as [string];
    const other = new ApiClient(greeting.trim().split(" ").at(-1) ?? "");
    for (let i = 0; i < 50; i++) expect((await other.get("/healthz")).status).toBe(200);
    deaf.kill("SIGTERM");
    expect(await once(deaf, "exit")).toEqual([0, null]);
  });
});

describe("the address", () => {
  const serve = (env: Readonly<Record<string, string>>) =>
    runCommand(process.execPath, [entry], {
      env: { ...process.env, HOLDFAST_MEMORY: "1", ...env },
    });

  it("HOST=localhost answers on both loopback families, on one port [D33]", async () => {
    await using server = await startServer({ env: { HOST: "localhost" } });
    const port = new URL(server.url).port;
    expect(server.url).toBe(`http://localhost:${port}`);
    const instances = await Promise.all(
      [`http://127.0.0.1:${port}`, `http://[::1]:${port}`].map(
        async (url) =>
          ((await new ApiClient(url).get("/healthz")).json as { instanceId: string }).instanceId,
      ),
    );
    expect(new Set(instances).size).toBe(1);
  });

  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["127.0.0.1", "::1"],
    ["::1", "127.0.0.1"],
    ["localhost", "::1"],
    ["localhost", "127.0.0.1"],
  ])(
    "HOST=%s with the port taken on %s is refused with code 1 and a clear message [D33]",
    async (host, taken) => {
      const other = createServer().listen(0, taken);
      await once(other, "listening");
      const { port } = other.address() as { port: number };
      const { code, stdout, stderr } = await serve({ HOST: host, PORT: String(port) });
      other.close();
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(new RegExp(`^port ${port} .*; set PORT to another one`));
      // Nothing is left that listens on the family that was free.
      const socket = connect(port, taken === "::1" ? "127.0.0.1" : "::1");
      await expect(once(socket, "connect")).rejects.toThrow("ECONNREFUSED");
    },
  );

  it.each([
    [{ HOST: "0.0.0.0", PORT: "0" }, "without a token only loopback addresses are served"],
    [{ HOST: "::", PORT: "0" }, "without a token only loopback addresses are served"],
    [{ PORT: "x" }, 'PORT: received "x"'],
    [{ PORT: "70000" }, 'PORT: received "70000"'],
    [{ HOLDFAST_LOG: "loud" }, "requests, errors, silent"],
  ])("%j is refused with code 1 [A56]", async (env, message) => {
    const { code, stderr } = await serve(env);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

it("a runtime that is missing is told at the start, and the rest works [F43]", async () => {
  using folder = temporaryFolder();
  const tools = ["perl", "bash", "env", "sleep", "cat"];
  const { mkdirSync, symlinkSync } = await import("node:fs");
  mkdirSync(join(folder.path, "bin"));
  for (const tool of tools) {
    const found = ["/usr/bin", "/bin"]
      .map((path) => join(path, tool))
      .find((path) => existsSync(path));
    if (found !== undefined) symlinkSync(found, join(folder.path, "bin", tool));
  }
  await using server = await startServer({ env: { PATH: join(folder.path, "bin") } });
  expect(server.log).toContain("python is not available");
  const api = new ApiClient(server.url);
  expect((await api.post("/v1/run", { runtime: "bash", code: "echo on" })).json).toMatchObject({
    stdout: "on\n",
  });
  const { status, json } = await api.post("/v1/sessions", { runtime: "python" });
  expect(status).toBe(501);
  expect(json).toMatchObject({ code: "runtime_unavailable" });
  expect((json as { detail: string }).detail).toMatch(/python3/);
});

it("a build of the package is what is tested", () => {
  expect(readFileSync(entry, "utf8")).toContain("runServer");
});
