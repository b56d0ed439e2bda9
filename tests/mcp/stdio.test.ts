import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createClient } from "@holdfast/client";
import { eventually, expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { testServer } from "../server/test-server.ts";
import { runCommand } from "../support/run-command.ts";
import { holdfastCommand, must, stdioAgent } from "./agent.ts";

const daemon = "setsid sleep 1000 >/dev/null 2>&1 & echo $!";

/** The process id that {@link daemon} printed. */
function pidIn(output: string): number {
  return Number(output.trim());
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

describe("holdfast mcp", () => {
  it("writes nothing but the protocol to standard output, whatever code prints", async () => {
    const child = spawn(process.execPath, [holdfastCommand, "mcp"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const errors: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    const exited = once(child, "exit");
    const send = (message: object) =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const clientInfo = { name: "test", version: "1.0.0" };
    send({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo },
    });
    send({ method: "notifications/initialized" });
    const codes = [
      ["python", "import os; print('loud'); os.write(1, b'raw'); os.system('echo child')"],
      ["bash", "echo loud; echo loud >&2; echo loud >/proc/self/fd/1"],
    ];
    for (const [index, [runtime, code]] of codes.entries()) {
      const params = { name: "run_code", arguments: { runtime, code } };
      send({ id: index + 1, method: "tools/call", params });
    }
    const answered = new Set<number>();
    for await (const line of createInterface(child.stdout)) {
      const message = JSON.parse(line) as { jsonrpc: string; id: number; result: object };
      expect(message).toMatchObject({ jsonrpc: "2.0", result: expect.any(Object) });
      answered.add(message.id);
      if (answered.size === codes.length + 1) child.stdin.end();
    }
    expect(await exited).toEqual([0, null]);
    expect(errors).toEqual([]);
  });

  it("ends with its input, and leaves nothing behind: sessions, daemons, folders", async () => {
    const before = holdings();
    const agent = await stdioAgent();
    const { data } = await must(agent.call("run_code", { runtime: "bash", code: daemon }));
    const pid = pidIn(data.output);
    await must(agent.call("run_code", { code: "x = 1" }));
    await must(agent.call("fork_session", {}));
    await must(agent.call("run_command", { command: "sleep 1000", yieldTimeMs: 0 }));
    expect(isAlive(pid)).toBe(true);
    await agent[Symbol.asyncDispose]();
    await eventually(() => !isAlive(pid) && !isAlive(agent.pid ?? 0), { what: "its end" });
    await expectNoLeaks(before, { timeoutMs: 10_000 });
  });

  it.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)(
    "%s while code runs leaves nothing behind",
    async (signal) => {
      const before = holdings();
      const agent = await stdioAgent();
      const { data } = await must(agent.call("run_code", { runtime: "bash", code: daemon }));
      const pid = pidIn(data.output);
      await must(agent.call("run_code", { code: "while True: pass", yieldTimeMs: 0 }));
      process.kill(agent.pid ?? 0, signal);
      await eventually(() => !isAlive(pid), { what: "the end of a daemon" });
      await agent[Symbol.asyncDispose]();
      await expectNoLeaks(before, { timeoutMs: 10_000 });
    },
  );

  it("--url: works on a server with its token, and ends what it made there, nothing else", async () => {
    const token = "a-token-of-the-test";
    await using server = await testServer({ token });
    const url = `http://127.0.0.1:${server.port}`;
    const client = createClient({ baseUrl: url, token });
    const other = await client.sessions.create({ runtime: "bash" });
    const agent = await stdioAgent(["--url", url], { HOLDFAST_TOKEN: token });
    await must(agent.call("run_code", { code: "x = 1" }));
    await must(agent.call("fork_session", {}));
    await must(agent.call("create_session", { runtime: "bash", id: "named" }));
    expect((await client.sessions.list().page()).items).toHaveLength(4);
    await agent[Symbol.asyncDispose]();
    const { items } = await client.sessions.list().page();
    expect(items.map(({ id }) => id)).toEqual([other.id]);
  });

  it("HOLDFAST_URL: a server that is not there is told as the answer to a call", async () => {
    const agent = await stdioAgent([], { HOLDFAST_URL: "http://127.0.0.1:1" });
    const { isError, text } = await agent.call("list_files", { session: "x" });
    expect([isError, text]).toEqual([true, expect.stringContaining("no whole answer")]);
    await agent[Symbol.asyncDispose]();
  });

  it("says what is wrong with how it was called", async () => {
    const wrong = await runCommand(process.execPath, [holdfastCommand, "mcp", "--url", "nonsense"]);
    expect(wrong).toMatchObject({ stdout: "", stderr: expect.stringContaining("nonsense") });
    expect(wrong.code).toBe(2);
  });
});
