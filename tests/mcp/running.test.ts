import type { Progress } from "@modelcontextprotocol/client";
import { eventually } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";
import { type Agent, httpAgent, must, stdioAgent } from "./agent.ts";

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const connections: readonly (readonly [string, () => Promise<Agent>])[] = [
  ["holdfast mcp", () => stdioAgent()],
  ["/mcp", () => httpAgent(server.port)],
  ["/mcp, each request for itself", () => httpAgent(server.port, { era: "modern" })],
];

describe.each(connections)("code that runs, over %s", (_name, connect) => {
  let agent: Agent;
  let python: string;
  let bash: string;
  beforeAll(async () => {
    agent = await connect();
    python = (await must(agent.call("create_session", { runtime: "python" }))).data.session;
    bash = (await must(agent.call("create_session", { runtime: "bash" }))).data.session;
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  /** Waits until code runs in a session, as another call sees it. */
  const busy = (session: string) =>
    eventually(
      async () => {
        const { data } = await agent.call("list_sessions");
        return data.sessions.some(
          (one: { session: string; state: string }) =>
            one.session === session && one.state === "busy",
        );
      },
      { what: "code that runs" },
    );

  it("output is bounded; the middle that was left out is read page by page, and nothing is lost", async () => {
    const ran = await must(
      agent.call("run_code", { session: python, code: "for i in range(20000): print(i)" }),
    );
    const whole = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join("");
    const { output, omitted, execution } = ran.data;
    expect(output.length).toBeLessThan(20_100);
    expect(omitted.characters).toBe(whole.length - 20_000);
    expect(ran.text).toContain(`cursor "${omitted.cursor}" has them`);
    const [head] = output.split("\n[… ");
    let read = head;
    for (let cursor = omitted.cursor; ;) {
      const page = await must(agent.call("read_output", { execution, cursor }));
      read += page.data.output;
      cursor = page.data.cursor;
      if (!page.data.hasMore) {
        expect(page.data.status).toBe("ok");
        break;
      }
    }
    expect(read).toBe(whole);
  });

  it("what is there is read whole, also without time to wait for more", async () => {
    const { data } = await must(
      agent.call("run_code", { session: bash, code: "seq 1000; sleep 0.01; seq 3" }),
    );
    const read = await must(
      agent.call("read_output", { execution: data.execution, yieldTimeMs: 0 }),
    );
    expect(read.data).toEqual(data);
  });

  it("images that code shows are image content, and named in the text", async () => {
    const code = `
class Dot:
    def __init__(self, data): self.data = data
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/png": self.data, "text/plain": "a dot"}
display(Dot(b"\\x89PNG one"))
Dot(b"\\x89PNG two")
`;
    const shown = await must(agent.call("run_code", { session: python, code }));
    expect(shown.images).toEqual(
      ["\x89PNG one", "\x89PNG two"].map((text) => ({
        type: "image",
        mimeType: "image/png",
        data: Buffer.from(text, "latin1").toString("base64"),
      })),
    );
    expect(shown.text).toBe("a dot\n[image/png]\na dot\n[image/png]");
    expect(shown.data.images).toBe(2);
  });

  it("an image that is too large is named, and not sent", async () => {
    const code = `
class Large:
    def _repr_mimebundle_(self, include=None, exclude=None): return {"image/png": b"x" * 6_000_000}
display(Large())`;
    const shown = await must(agent.call("run_code", { session: python, code }));
    expect(shown.images).toEqual([]);
    expect(shown.text).toMatch(/\[image\/png\]\n\[images that are too large to be shown: 1\]$/);
  });

  it("run_command comes back while the command runs, and is fed, read and ended by its name", async () => {
    const started = await must(
      agent.call("run_command", {
        session: bash,
        command: 'echo ready; while read -r line; do echo "got $line"; done; echo end',
        yieldTimeMs: 0,
      }),
    );
    const { execution } = started.data;
    expect(["queued", "running"]).toContain(started.data.status);
    // The session is free meanwhile.
    expect((await must(agent.call("run_code", { session: bash, code: "echo free" }))).text).toBe(
      "free\n[exit code 0]",
    );
    const fed = await must(
      agent.call("write_stdin", { execution, data: "one\ntwo\n", yieldTimeMs: 0 }),
    );
    expect(fed.data.status).toBe("running");
    const ended = await must(agent.call("write_stdin", { execution, data: "last\n", close: true }));
    expect(ended.text).toBe("ready\ngot one\ngot two\ngot last\nend\n[exit code 0]");
    const again = await must(agent.call("read_output", { execution, cursor: ended.data.cursor }));
    expect(again.data).toMatchObject({ output: "", status: "ok", exitCode: 0 });
    const late = await agent.call("write_stdin", { execution, data: "x" });
    expect(late.text).toMatch(/^\[input_not_expected\]/);
  });

  it("input() is told at once, and write_stdin answers it", async () => {
    const code = "name = input('name? ')\nage = input('age? ')\nprint(name, age)";
    const asked = await must(agent.call("run_code", { session: python, code }));
    expect(asked.text).toMatch(/^name\? \n\[it waits for input: write_stdin with execution "/);
    expect(asked.data).toMatchObject({
      status: "running",
      asks: { prompt: "name? ", password: false },
    });
    const { execution, cursor } = asked.data;
    const next = await must(agent.call("write_stdin", { execution, data: "Ada\n", cursor }));
    expect(next.data.asks).toEqual({ prompt: "age? ", password: false });
    // From the beginning: what was answered already is not taken for a question.
    const ended = await must(agent.call("write_stdin", { execution, data: "36\n" }));
    expect(ended.text).toBe("name? age? Ada 36");
  });

  it("a call that is cancelled interrupts its code, and the state is kept", async () => {
    await must(agent.call("run_code", { session: python, code: "z = 'kept'" }));
    const leaving = new AbortController();
    const running = agent.call(
      "run_code",
      { session: python, code: "import time\nwhile True: time.sleep(0.01)" },
      { signal: leaving.signal },
    );
    await busy(python);
    leaving.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect((await must(agent.call("run_code", { session: python, code: "z" }))).text).toBe(
      "'kept'",
    );
  });

  it("interrupt stops what runs in a session, and one execution; force kills it", async () => {
    const forever = { session: python, code: "while True: pass", yieldTimeMs: 0 };
    const first = await must(agent.call("run_code", forever));
    await must(agent.call("interrupt", { session: python }));
    const { execution } = first.data;
    const wait = { yieldTimeMs: 60_000 };
    const stopped = await must(agent.call("read_output", { execution, ...wait }));
    expect(stopped.data.status).toBe("interrupted");
    const second = await must(agent.call("run_code", forever));
    await must(agent.call("interrupt", { execution: second.data.execution, force: true }));
    const killed = await must(
      agent.call("read_output", { execution: second.data.execution, ...wait }),
    );
    expect(killed.data).toMatchObject({ status: "lost", signal: "SIGKILL" });
  });

  it("progress is told while code runs, to who asked for it", async () => {
    const told: Progress[] = [];
    const enough = Promise.withResolvers<void>();
    const following = agent.call(
      "run_code",
      { session: bash, code: "i=0; while :; do echo step $((i++)); sleep 0.1; done" },
      {
        onprogress: (progress) => {
          told.push(progress);
          if (told.length === 3) enough.resolve();
        },
      },
    );
    await enough.promise;
    await must(agent.call("interrupt", { session: bash }));
    await following;
    expect(told.slice(0, 3)).toEqual(
      Array.from({ length: 3 }, () => ({
        progress: expect.any(Number),
        message: expect.stringMatching(/^step \d+$/),
      })),
    );
    const seconds = told.map(({ progress }) => progress);
    expect(seconds).toEqual([...new Set(seconds)].toSorted((a, b) => a - b));
  });
});
