import type { HoldfastClient, Session } from "@holdfast/client";
import { bashTool } from "@holdfast/client/bash-tool";
import {
  type CommandOutput,
  commandTools,
  execCommand,
  readOutput,
  writeStdin,
} from "@holdfast/client/command-tools";
import { pythonTool } from "@holdfast/client/python-tool";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { testClient } from "./test-client.ts";

let server: TestServer;
let client: HoldfastClient;
beforeAll(async () => {
  server = await testServer();
  client = testClient(server.port);
});
afterAll(() => server[Symbol.asyncDispose]());

describe("bashTool()", () => {
  it("keeps its state from one command to the next, until it is restarted", async () => {
    await using bash = bashTool(client);
    expect(await bash.run({ command: "cd /tmp; x=1; f() { echo f $x; }" })).toBe(
      "[no output]\n[exit code 0]",
    );
    expect(await bash.run({ command: "pwd; f; echo oops >&2; (exit 3)" })).toBe(
      "/tmp\nf 1\noops\n[exit code 3]",
    );
    expect(await bash.run({ restart: true })).toBe("bash is restarted");
    expect(await bash.run({ command: 'echo "<$x>"' })).toBe("<>\n[exit code 0]");
    expect(await bash.run({})).toContain("Nothing was run");
  });

  it("says how a command ended that did not end well, and goes on", async () => {
    await using bash = bashTool(client, { timeoutMs: 200 });
    expect(await bash.run({ command: "x=kept; sleep 1000" })).toMatch(
      /^\[no output\]\n\[stopped after \d+ ms: it took too long; variables and directory are kept\]$/,
    );
    expect(await bash.run({ command: "echo $x; exit 42" })).toBe(
      "kept\n[the process ended with exit code 42; the next one begins anew, without variables and directory]",
    );
    expect(await bash.run({ command: "echo on; cat" })).toBe("on\n[exit code 0]");
  });

  it("bounds what it answers, and keeps both ends of the output", async () => {
    await using bash = bashTool(client, { maxOutputLength: 100 });
    const text = await bash.run({ command: "seq 1000000" });
    expect(text).toMatch(
      /^1\n2\n[^]+\n\[… 6888796 characters left out …\]\n[^]+\n1000000\n\[to see the rest, .*\]\n\[exit code 0\]$/,
    );
    expect(text.length).toBeLessThan(300);
  });

  it("goes on in a new session when its own was ended, and says so", async () => {
    await using bash = bashTool(client, { session: { id: "agents-own", cwd: "/usr" } });
    await bash.run({ command: "x=1" });
    await client.session("agents-own").delete();
    await using other = bashTool(client, { session: { cwd: "/usr" } });
    await other.run({ command: "x=1" });
    const { items } = await client.sessions.list({ state: "idle" }).page();
    await client.session(items.at(-1)?.id ?? "").delete();
    expect(await other.run({ command: 'pwd; echo "<$x>"' })).toBe(
      "[the session before was gone; this one is new, without its variables and directory]\n/usr\n<>\n[exit code 0]",
    );
  });

  it("interrupts the command when its signal is aborted", async () => {
    await using bash = bashTool(client, { session: { id: "to-interrupt" } });
    await bash.run({ command: "x=kept" });
    const leaving = new AbortController();
    const running = bash.run({ command: "sleep 1000" }, { signal: leaving.signal });
    const session = client.session("to-interrupt");
    await eventually(async () => (await session.info()).state === "busy", { what: "a command" });
    leaving.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await bash.run({ command: "echo $x" })).toBe("kept\n[exit code 0]");
  });

  it("ends its session when it is disposed of", async () => {
    const bash = bashTool(client, { session: { id: "to-end" } });
    await bash.run({ command: "true" });
    await bash[Symbol.asyncDispose]();
    await expect(client.session("to-end").info()).rejects.toMatchObject({ code: "session_closed" });
  });
});

describe("pythonTool()", () => {
  it("shows output, the value and what was raised, and keeps its state", async () => {
    await using python = pythonTool(client);
    expect(await python.run({ code: "x = 20" })).toBe("[no output]");
    expect(await python.run({ code: "print('out')\nx * 2 + 2" })).toBe("out\n42");
    const raised = await python.run({ code: "1 / 0" });
    expect(raised).toContain("ZeroDivisionError: division by zero");
    expect(raised).toMatch(/\n\[error\]$/);
    expect(await python.run({ restart: true, code: "'x' in globals()" })).toBe("False");
    expect(await python.run({ code: "input()" })).toContain("EOFError");
  });

  it("names what the code shows, and gives it to onDisplay", async () => {
    const shown: string[] = [];
    await using python = pythonTool(client, {
      onDisplay: ({ mime }) => shown.push(mime["text/html"] ?? ""),
    });
    const code =
      "class Rich:\n  def _repr_html_(self): return '<b>rich</b>'\n  def __repr__(self): return 'plain'\ndisplay(Rich())";
    expect(await python.run({ code })).toBe("[shown: text/html; plain]");
    expect(shown).toEqual(["<b>rich</b>"]);
  });
});

describe("execCommand() and writeStdin()", () => {
  /** Looks until the output has what is wanted; all of it since `first`. */
  async function lookUntil(session: Session, first: CommandOutput, wanted: string) {
    let look = first;
    let { output } = first;
    while (!output.includes(wanted)) {
      const { executionId, cursor } = look;
      look = await writeStdin(session, { executionId, cursor, yieldTimeMs: 50 });
      output += look.output;
    }
    return { ...look, output };
  }

  it("come back after yieldTimeMs with what came so far, and go on from there", async () => {
    await using session = await client.sessions.create({ runtime: "bash" });
    const first = await execCommand(session, {
      command: "echo begun; read line; echo got $line; cat; exit 3",
      yieldTimeMs: 50,
    });
    const begun = await lookUntil(session, first, "begun\n");
    expect(begun).toMatchObject({ status: "running", exitCode: null, output: "begun\n" });
    const { executionId } = begun;
    const input = { executionId, cursor: begun.cursor, data: "hello\n", yieldTimeMs: 50 };
    const got = await lookUntil(session, await writeStdin(session, input), "hello\n");
    expect(got).toMatchObject({ status: "running", output: "got hello\n" });
    const last = await writeStdin(session, {
      executionId,
      cursor: got.cursor,
      data: "rest\n",
      close: true,
      yieldTimeMs: 20_000,
    });
    expect(last).toMatchObject({ output: "rest\n", exitCode: 3 });
    expect(last.status).not.toBe("running");
    const late = await writeStdin(session, { executionId, cursor: last.cursor, data: "late\n" });
    expect(late).toMatchObject({ output: "", exitCode: 3 });
  });

  it("run commands beside each other; Ctrl-C ends one", async () => {
    await using session = await client.sessions.create({ runtime: "bash", cwd: "/tmp" });
    const [one, two] = await Promise.all(
      ["/opt", "/usr"].map(async (cwd) => {
        const command = "pwd; sleep 1000";
        const first = await execCommand(session, { command, cwd, yieldTimeMs: 50 });
        return lookUntil(session, first, "\n");
      }),
    );
    expect([one?.output, two?.output]).toEqual(["/opt\n", "/usr\n"]);
    const stopped = await writeStdin(session, {
      executionId: one?.executionId ?? "",
      data: "\u0003",
      yieldTimeMs: 20_000,
    });
    expect(stopped.status).toBe("interrupted");
    expect((await session.execution(two?.executionId ?? "").details()).status).toBe("running");
  });

  it("bound the output, and readOutput() has the rest", async () => {
    await using session = await client.sessions.create({ runtime: "bash" });
    const look = await execCommand(session, { command: "seq 100000", maxOutputTokens: 25 });
    const whole = Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join("");
    expect(look).toMatchObject({
      exitCode: 0,
      omitted: { from: 50, to: whole.length - 50 },
      cursor: { offset: whole.length },
    });
    expect(look.output.startsWith(whole.slice(0, 50))).toBe(true);
    expect(look.output.endsWith(whole.slice(-50))).toBe(true);
    let read = "";
    for (let isEnd = false; !isEnd;) {
      const part = await readOutput(session, {
        executionId: look.executionId,
        offset: read.length,
        maxOutputTokens: 50_000,
      });
      read += part.output;
      ({ isEnd } = part);
      expect(part.nextOffset).toBe(read.length);
    }
    expect(read).toBe(whole);
  });

  it("as tools need no cursor: each look brings what is new", async () => {
    await using tools = commandTools(client);
    const started = await tools.execCommand.run({
      command: "while read line; do echo got $line; done",
      yieldTimeMs: 50,
    });
    const id = /^\[no output\]\n\[running; id (\S+)\]$/.exec(started)?.[1] ?? "";
    let polled = await tools.writeStdin.run({ id, data: "a\n", yieldTimeMs: 50 });
    while (polled.startsWith("[no output]"))
      polled = await tools.writeStdin.run({ id, yieldTimeMs: 50 });
    expect(polled).toBe(`got a\n[running; id ${id}]`);
    expect(await tools.writeStdin.run({ id, data: "b\n", close: true, yieldTimeMs: 20_000 })).toBe(
      "got b\n[exit code 0]",
    );
    expect(await tools.readOutput.run({ id })).toBe("got a\ngot b\n\n[the end]");
    const long = await tools.execCommand.run({ command: "seq 100000", maxOutputTokens: 10 });
    expect(long).toMatch(
      /\[characters 20 to \d+ are left out; read_output with id \S+ and offset 20 has them\]\n\[exit code 0\]$/,
    );
  });
});
