import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectNothingLeaked } from "../leaks/leak-check.ts";
import { type ServerProcessOptions, startServerProcess } from "./server-process.ts";

const program = `
const server = require("node:http").createServer((request, response) => response.end(process.env.HOLDFAST_DATA_DIR));
server.listen(Number(process.env.PORT), process.env.HOST, () => {
  console.error("a word for the log");
  console.log("Holdfast listening on http://127.0.0.1:" + server.address().port);
});
process.on("SIGTERM", () => process.exit(3));`;

function node(code: string): ServerProcessOptions {
  return { command: process.execPath, args: ["-e", code] };
}

describe("startServerProcess()", () => {
  test("starts one on a free port, with a data folder that goes with it [R9.1]", async () => {
    await expectNothingLeaked(async () => {
      await using one = await startServerProcess(node(program));
      await using other = await startServerProcess(node(program));
      expect(one.url).not.toBe(other.url);
      expect(await (await fetch(one.url)).text()).toBe(one.dataFolder);
      expect(one.log).toBe("a word for the log\n");
      expect(one.pid).toBeGreaterThan(0);
      expect(await one.end()).toEqual({ code: 3, signal: null });
      expect(existsSync(one.dataFolder)).toBe(false);
      expect(await other.end("SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
    });
  });

  test("looks for the line that it is told of, and adds to the environment", async () => {
    const code = "console.log('up at ' + process.env.WHERE); setInterval(() => {}, 1000)";
    const env = { WHERE: "http://127.0.0.1:1" };
    await using server = await startServerProcess({ ...node(code), env, ready: /^up at (.*)/ });
    expect(server.url).toBe("http://127.0.0.1:1");
  });

  test.for<[string, ServerProcessOptions, string, string]>([
    ["ends", node("console.error('no room'); process.exit(4)"), "worker_start_failed", "no room"],
    ["is not there", { command: "/no/such/server" }, "worker_start_failed", "ENOENT"],
    [
      "says nothing",
      { ...node("setInterval(() => {}, 1000)"), startTimeoutMs: 200 },
      "deadline_exceeded",
      "not within 200 ms",
    ],
  ])("tells of one that %s, and leaves nothing [R9.6]", async ([, options, code, why]) => {
    await expectNothingLeaked(async () => {
      await expect(startServerProcess(options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(why),
      });
    });
  });
});
