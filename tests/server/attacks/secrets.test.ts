import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@holdfast/harness";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startServer } from "../../support/live-server.ts";
import { repository } from "../../support/repository.ts";
import { ApiClient } from "../api-client.ts";
import { testServer } from "../test-server.ts";
import { operationsOf } from "./operations.ts";

const secret = () => randomBytes(16).toString("hex");

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "secrets-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Prints the environment and command line of the session, of its guard, and of all its ancestors below the server. */
const ancestors = {
  bash: `env; p=$$; while [ "$p" != SERVER ] && [ "$p" -gt 1 ]; do
    for file in environ cmdline; do echo "$p $file:"; tr '\\0' '\\n' </proc/$p/$file; done
    while read -r name value _; do [ "$name" = PPid: ] && parent=$value; done </proc/$p/status; p=$parent
  done; echo "end $p"`,
  python: `import os
print(os.environ)
p = os.getpid()
while p not in (SERVER, 1, 0):
    for file in ("environ", "cmdline"):
        print(p, file, open(f"/proc/{p}/{file}", "rb").read().replace(b"\\0", b"\\n").decode())
    p = next(int(line.split()[1]) for line in open(f"/proc/{p}/status") if line.startswith("PPid:"))
print("end", p)`,
} as const;

describe("user code", () => {
  it.each(["bash", "python"] as const)(
    "in %s has nothing of the server's environment, nor have the processes between them [A04]",
    async (runtime) => {
      const [token, key] = [secret(), secret()];
      await using server = await startServer({
        env: {
          HOLDFAST_TOKEN: token,
          API_KEY: key,
          HOLDFAST_SESSION_ENV: "HOLDFAST_TOKEN,HOLDFAST_TOKENS_FILE",
        },
      });
      const api = new ApiClient(server.url);
      const { json } = await api.request("POST", "/v1/run", {
        headers: { authorization: `Bearer ${token}` },
        body: { runtime, code: ancestors[runtime].replaceAll("SERVER", String(server.pid)) },
      });
      const { stdout, status } = json as { stdout: string; status: string };
      expect(status).toBe("ok");
      expect(stdout).toContain(`end ${server.pid}`);
      expect(stdout.match(/environ/g)?.length).toBeGreaterThan(1);
      for (const one of [token, key, "API_KEY", "HOLDFAST_TOKEN"])
        expect(stdout).not.toContain(one);
    },
  );

  it("cannot use what it can read as the server's user, where tokens are given by digest only [A04]", async () => {
    const token = secret();
    const sha256 = createHash("sha256").update(token).digest("hex");
    const file = join(folder, "tokens.json");
    writeFileSync(file, JSON.stringify([{ name: "a", sha256 }]), { mode: 0o600 });
    const data = join(folder, "data");
    await using server = await startServer({
      env: { HOLDFAST_TOKENS_FILE: file, HOLDFAST_DATA_DIR: data },
    });
    const api = new ApiClient(server.url);
    const headers = { authorization: `Bearer ${token}` };
    const { json } = await api.request("POST", "/v1/sessions", {
      headers,
      body: { runtime: "bash" },
    });
    const { id } = json as { id: string };
    const code = `cat /proc/${server.pid}/environ /proc/${server.pid}/cmdline ${file} ${data}/* | tr '\\0' '\\n'`;
    const ran = await api.request("POST", `/v1/sessions/${id}/executions`, {
      headers,
      body: { code },
    });
    const { stdout } = ran.json as { stdout: string };
    expect(stdout).toContain("HOLDFAST_TOKENS_FILE");
    expect(stdout).toContain(sha256);
    expect(stdout).not.toContain(token);
    expect(server.log).not.toContain(token);
  });
});

describe("the server", () => {
  it("writes no token into its log: not one that a client puts into a path or a query [A51]", async () => {
    const token = secret();
    await using server = await startServer({ env: { HOLDFAST_TOKEN: token } });
    const api = new ApiClient(server.url);
    const headers = { authorization: `Bearer ${token}` };
    for (const path of [`/v1/sessions/${token}`, `/v1/sessions?token=${token}`, `/${token}`])
      await api.request("GET", path, { headers });
    const { headers: last } = await api.request("GET", "/v1/sessions", { headers });
    await eventually(() => server.log.includes(String(last["x-request-id"])), {
      what: "the last line",
    });
    expect(server.log).toContain("/v1/sessions/[redacted]");
    expect(server.log).not.toContain(token);
    for (const line of server.log.trimEnd().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ time: expect.any(String) });
  });

  it("does not show a token of its command line [A04]", async () => {
    const token = secret();
    await using server = await startServer({
      entry: join(repository, "apps/server/dist/command.mjs"),
      args: ["serve", "--token", token],
    });
    expect(readFileSync(`/proc/${server.pid}/cmdline`, "utf8")).not.toContain(token);
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await new ApiClient(server.url).request("GET", "/v1/sessions", { headers });
    expect(status).toBe(200);
  });

  it("writes lines for people where that is asked for", async () => {
    await using server = await startServer({ env: { HOLDFAST_LOG_FORMAT: "text" } });
    const { headers } = await new ApiClient(server.url).get("/v1/nothing%0d%0a%1b[2J");
    const line = await eventually(
      () => server.log.split("\n").find((one) => one.includes("nothing")),
      { what: "the line" },
    );
    expect(line).toMatch(/^\d\d:\d\d:\d\d 404 GET \/v1\/nothing\?\?\?\[2J /);
    expect(line).toContain(headers["x-request-id"]);
  });

  it("says nothing of its inside in an error: no stack, no path; nor what it is made of [A67]", async () => {
    await using server = await testServer();
    const { id } = await server.api.session("python");
    const { id: eid } = await server.api.execute(id, "x = 1");
    const values = { id, eid, name: "none" };
    for (const operation of await operationsOf(server.api)) {
      for (const rawBody of ["{", "{}", '{"runtime":"none","code":"1","cwd":"/none"}']) {
        const { status, text, headers } = await server.api.request(
          operation.method,
          operation.path(operation.method === "DELETE" ? {} : values),
          operation.body === null ? {} : { rawBody },
        );
        expect(headers["x-powered-by"] ?? headers["server"]).toBeUndefined();
        if (status < 400) continue;
        const { method, template } = operation;
        expect([method, template, text]).not.toEqual([
          method,
          template,
          expect.stringMatching(/\.m?[jt]s\b|node:|node_modules|\n\s+at |holdfast\.db/),
        ]);
        expect(text).not.toContain(repository);
      }
    }
  });
});
