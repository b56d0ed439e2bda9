import { type HoldfastClient, createClient } from "@holdfast/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "../server/test-server.ts";

let server: TestServer;
let client: HoldfastClient;
beforeAll(async () => {
  server = await testServer();
  client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("Session", () => {
  it("runs code to its end, in the order of the calls, with the state kept", async () => {
    await using session = await client.sessions.create({ runtime: "python" });
    const executions = ["x = 1", "x = x * 10 + 2", "x = x * 10 + 3", "x"].map((code) =>
      session.execute(code),
    );
    const ends = await Promise.all(executions);
    expect(ends.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(ends.at(-1)?.result).toMatchObject({ repr: "123", value: 123 });
  });

  it("gives events as they happen", async () => {
    await using session = await client.sessions.create({ runtime: "bash" });
    const execution = session.execute("echo out; read line; echo got $line", { allowInput: true });
    const types: string[] = [];
    let text = "";
    for await (const event of execution) {
      types.push(event.type);
      if (event.type !== "stdout") continue;
      text += event.text;
      if (text === "out\n") await execution.input("hello\n");
    }
    expect(text).toBe("out\ngot hello\n");
    expect([types[0], types.at(-1)]).toEqual(["started", "completed"]);
    expect(await execution).toMatchObject({ stdout: "out\ngot hello\n", status: "ok" });
  });

  it("answers prompts", async () => {
    await using session = await client.sessions.create({ runtime: "python" });
    const { result } = await session.execute("input('a? ') + input('b? ')", {
      onInput: ({ prompt }) => prompt.toUpperCase(),
    });
    expect(result?.value).toBe("A? B? ");
  });
});
