import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { type Agent, httpAgent, must, stdioAgent } from "./agent.ts";

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mcp-"));
  server = await testServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const connections: readonly (readonly [string, () => Promise<Agent>])[] = [
  ["holdfast mcp", () => stdioAgent()],
  ["/mcp", () => httpAgent(server.port)],
];

describe.each(connections)("the tools of %s", (_name, connect) => {
  let agent: Agent;
  beforeAll(async () => {
    agent = await connect();
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  it("run_code keeps state from call to call, apart for Python and bash", async () => {
    const first = await must(agent.call("run_code", { code: "x = 20; import math" }));
    expect(first.text).toMatch(/^\[new session \w+\]\n\[no output\]$/);
    const second = await must(agent.call("run_code", { code: "print('hi')\nx * 2 + 2" }));
    expect(second.text).toBe("hi\n42");
    expect(second.data).toMatchObject({ status: "ok", output: "hi\n42\n", omitted: null });
    expect(second.data.session).toBe(first.data.session);
    await must(agent.call("run_code", { runtime: "bash", code: "cd /usr; f() { echo f $PWD; }" }));
    const third = await must(agent.call("run_code", { runtime: "bash", code: "f; (exit 3)" }));
    expect(third.text).toBe("f /usr\n[exit code 3]");
    expect(third.data).toMatchObject({ status: "ok", exitCode: 3 });
  });

  it("run_code answers what was raised as an error with its traceback, and the state is kept", async () => {
    await must(agent.call("run_code", { code: "kept = 1" }));
    const failed = await agent.call("run_code", { code: "print('before')\n1/0" });
    expect(failed.isError).toBe(true);
    expect(failed.text).toMatch(
      /^before\nTraceback [^]*line 2[^]*ZeroDivisionError: division by zero\n\[error\]$/,
    );
    expect(failed.data).toMatchObject({ status: "error" });
    expect((await must(agent.call("run_code", { code: "kept" }))).text).toBe("1");
  });

  it("run_code says when the process ended, and goes on with a fresh one", async () => {
    const lost = await agent.call("run_code", { code: "import os; os._exit(7)" });
    expect(lost.isError).toBe(true);
    expect(lost.text).toContain("the process ended with exit code 7");
    expect((await must(agent.call("run_code", { code: "1 + 1" }))).text).toBe("2");
  });

  it("run_code interrupts what takes longer than timeoutMs", async () => {
    const late = await agent.call("run_code", { code: "while True: pass", timeoutMs: 200 });
    expect(late.isError).toBe(true);
    expect(late.data.status).toBe("timeout");
    expect(late.text).toMatch(/stopped after \d+ ms: it took too long; variables .* are kept/);
  });

  it("create_session, list_sessions and close_session: a session of its own, by name", async () => {
    const made = await must(
      agent.call("create_session", { runtime: "bash", cwd: "/etc", env: { WHO: "agent" } }),
    );
    const { session } = made.data;
    expect(made.data).toMatchObject({ runtime: "bash", state: "idle", forkedFrom: null });
    const { text } = await must(agent.call("run_code", { session, code: "echo $WHO in $PWD" }));
    expect(text).toBe("agent in /etc\n[exit code 0]");
    const list = await must(agent.call("list_sessions"));
    expect(list.data.sessions).toContainEqual(
      expect.objectContaining({ session, runtime: "bash", executionCount: 1 }),
    );
    await must(agent.call("close_session", { session }));
    const gone = await agent.call("run_code", { session, code: "echo" });
    expect(gone.isError).toBe(true);
    expect(gone.text).toMatch(/^\[session_closed\][^]*\nlist_sessions tells/);
  });

  it("close_session of its own session: the next call says that it begins anew", async () => {
    const { data } = await must(agent.call("run_code", { code: "x = 1" }));
    await must(agent.call("close_session", { session: data.session }));
    const anew = await must(agent.call("run_code", { code: "'x' in globals()" }));
    expect(anew.text).toMatch(/^\[the session before was gone; .*\]\n\[new session \w+\]\nFalse$/);
  });

  it("fork_session: copies have the state, and go their own ways", async () => {
    const { data } = await must(agent.call("run_code", { code: "tries = ['first']" }));
    const forked = await must(agent.call("fork_session", { session: data.session, count: 2 }));
    const [a, b] = forked.data.forks;
    await must(agent.call("run_code", { session: a, code: "tries.append('a')" }));
    expect((await must(agent.call("run_code", { session: b, code: "tries" }))).text).toBe(
      "['first']",
    );
    for (const session of [a, b]) await must(agent.call("close_session", { session }));
  });

  it("create_checkpoint, list_checkpoints, restore_checkpoint: back to what was, also in a new session", async () => {
    await must(agent.call("run_code", { code: "y = 'good'" }));
    const kept = await must(agent.call("create_checkpoint", { name: "before" }));
    const { checkpoint, session } = kept.data;
    await must(agent.call("run_code", { code: "y = 'spoilt'" }));
    const list = await must(agent.call("list_checkpoints", { session }));
    expect(list.data.checkpoints).toEqual([
      expect.objectContaining({ checkpoint, name: "before" }),
    ]);
    await must(agent.call("restore_checkpoint", { checkpoint }));
    expect((await must(agent.call("run_code", { code: "y" }))).text).toBe("'good'");
    const made = await must(agent.call("create_session", { runtime: "python", checkpoint }));
    const there = made.data.session;
    expect((await must(agent.call("run_code", { session: there, code: "y" }))).text).toBe("'good'");
    await must(agent.call("close_session", { session: there }));
  });

  it("list_variables: all, shortened, or one", async () => {
    await must(agent.call("run_code", { code: "long = 'z' * 5000; n = 3" }));
    const all = await must(agent.call("list_variables"));
    expect(all.data.variables).toContainEqual(
      expect.objectContaining({ name: "n", type: "int", repr: "3" }),
    );
    const long = all.data.variables.find((one: { name: string }) => one.name === "long");
    expect(long.repr.length).toBeLessThan(300);
    const one = await must(agent.call("list_variables", { name: "n" }));
    expect(one.text).toBe("n: int = 3");
    const none = await agent.call("list_variables", { name: "nothing" });
    expect(none.text).toMatch(/^\[variable_not_found\]/);
  });

  it("write_file, read_file, list_files: text in parts, bytes, images", async () => {
    const path = join(folder, "deep/er/text.txt");
    await must(agent.call("write_file", { path, content: "abcä\nend" }));
    expect((await must(agent.call("read_file", { path }))).data).toEqual({
      path,
      content: "abcä\nend",
      encoding: "utf-8",
      offset: 0,
      nextOffset: null,
    });
    // No part ends within a character.
    const part = await must(agent.call("read_file", { path, length: 4 }));
    expect(part.data).toMatchObject({ nextOffset: 3, content: "abc" });
    const rest = await must(agent.call("read_file", { path, offset: 3, length: 4 }));
    expect(rest.data).toMatchObject({ nextOffset: 7, content: "ä\ne" });
    const binary = Buffer.from([0, 255, 1]).toString("base64");
    await must(agent.call("write_file", { path, content: binary, encoding: "base64" }));
    expect((await must(agent.call("read_file", { path }))).data).toMatchObject({
      content: binary,
      encoding: "base64",
    });
    const list = await must(agent.call("list_files", { path: join(folder, "deep") }));
    expect(list.data.entries).toEqual([expect.objectContaining({ name: "er", type: "directory" })]);
    await must(agent.call("write_file", { path, content: "" }));
    expect((await must(agent.call("read_file", { path }))).text).toBe("[empty]");
    const image = `${path}.png`;
    await must(agent.call("write_file", { path: image, content: png, encoding: "base64" }));
    expect((await must(agent.call("read_file", { path: image }))).images).toEqual([
      { type: "image", mimeType: "image/png", data: png },
    ]);
    const none = await agent.call("read_file", { path: join(folder, "none") });
    expect(none.text).toMatch(/^\[file_not_found\][^]*\nlist_files shows/);
  });

  it("answers arguments that are wrong with what they are and what is allowed", async () => {
    const wrong: readonly (readonly [string, object, RegExp])[] = [
      ["run_code", {}, /code: .*expected string/],
      ["run_code", { code: "1", runtime: "ruby" }, /runtime: .*"python"\|"bash"/],
      ["run_code", { code: "1", cod: "2" }, /Unrecognized key: "cod"/],
      ["run_code", { code: "1", yieldTimeMs: 1e9 }, /yieldTimeMs: .*300000/],
      ["run_code", { code: "1", session: "../etc" }, /session/],
      ["read_output", { execution: "x" }, /received "x", allowed an execution/],
      ["read_output", { execution: "a/b", cursor: "9" }, /received "9", allowed a cursor/],
      ["write_stdin", { execution: "a/b" }, /received nothing, allowed text/],
      ["write_file", { path: "/x", content: "?", encoding: "base64" }, /not base64/],
      ["create_session", { runtime: "bash", id: "a b" }, /id: /],
      ["interrupt", { force: true }, /needs the execution/],
    ];
    for (const [name, args, message] of wrong) {
      const { isError, text } = await agent.call(name, { ...args });
      expect([name, isError, text]).toEqual([name, true, expect.stringMatching(message)]);
    }
    const python = await must(agent.call("run_code", { code: "1" }));
    const other = await agent.call("run_code", {
      code: "1",
      runtime: "bash",
      session: python.data.session,
    });
    expect(other.text).toMatch(/^runtime: received bash, but session \w+ is python$/);
  });
});

const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
