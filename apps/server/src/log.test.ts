import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type LogOptions, createLog, logFormatOf, logLevelOf } from "./log.ts";

/** A log, and the lines that it has written. */
function logged(options: Partial<LogOptions> = {}) {
  const stream = new PassThrough();
  const log = createLog({ level: "requests", format: "json", ...options, stream });
  const text = () => String(stream.read() ?? "");
  return { log, text, lines: () => text().trimEnd().split("\n") };
}

const request = {
  id: "r-1",
  method: "GET",
  path: "/v1/sessions",
  status: 200,
  durationMs: 1.23456,
  token: "acme",
  remoteAddress: "127.0.0.1",
};
const hostile = '/x\r\n{"level":"info"}\u001B[2J\u2028\u0000ä';

describe("createLog()", () => {
  it("writes a line of JSON for a request, with its id, its token's name and where it came from", () => {
    const { log, lines } = logged();
    log.request(request);
    const [line = "", ...more] = lines();
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      ...request,
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      durationMs: 1.235,
    });
  });

  it.each(["json", "text"] as const)(
    "as %s lets nothing that a client sends begin a line or move the cursor [A66]",
    (format) => {
      const { log, text } = logged({ format });
      log.request({ ...request, path: hostile, method: "GE\nT".repeat(20) });
      const written = text();
      expect(written.match(/\n/g)).toHaveLength(1);
      // eslint-disable-next-line no-control-regex -- that is what is looked for
      expect(written).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
    },
  );

  it("as text keeps lines of one entry together, and what is no ASCII out", () => {
    const { log, text } = logged({ format: "text" });
    log.note("first\nsecond\u001B[31m");
    expect(text()).toMatch(/^\d\d:\d\d:\d\d first\n {2}second\?\[31m\n$/);
  });

  it.each(["json", "text"] as const)(
    "as %s never writes a secret, wherever it stands [A51]",
    (format) => {
      const secrets = ["token-of-the-server", "another-token", null, undefined];
      const { log, text } = logged({ format, secrets });
      log.request({ ...request, path: "/v1/sessions/token-of-the-server/another-token" });
      log.note("token-of-the-server");
      log.error(new Error("it is another-token"));
      const written = text();
      expect(written).not.toMatch(/token-of-the-server|another-token/);
      expect(written.match(/\[redacted\]/g)?.length).toBeGreaterThan(3);
    },
  );

  it.each([480, 492, 499])(
    "never writes the beginning of a secret, where a path of 500 characters is cut at its character %i [A51]",
    (at) => {
      const { log, text } = logged({ secrets: ["token-of-the-server"] });
      log.request({ ...request, path: `${"/".repeat(at)}token-of-the-server` });
      expect(text()).not.toMatch(/\/t/);
    },
  );

  it("writes what an error came from, too", () => {
    const { log, text } = logged({ format: "text", secrets: ["another-token"] });
    const disk = new Error("ENOENT: /data/another-token");
    log.error(new Error("the store", { cause: new Error("the file", { cause: disk }) }));
    expect(text()).toMatch(
      /Error: the store\n[^]*  caused by Error: the file\n[^]*  caused by Error: ENOENT: \/data\/\[redacted\]\n/,
    );
    const round = new Error("round");
    round.cause = round;
    log.error(round);
    expect(text()).toContain("caused by Error: round");
  });

  it("leaves text alone where a secret is too short to be one", () => {
    const { log, text } = logged({ secrets: ["s", ""] });
    log.request(request);
    expect(text()).toContain("/v1/sessions");
  });

  it("writes what its level says", () => {
    const written = (["requests", "errors", "silent"] as const).map((level) => {
      const { log, text } = logged({ level });
      log.request(request);
      log.note("note");
      return text().split("\n").length - 1;
    });
    expect(written).toEqual([2, 1, 0]);
  });

  it("drops lines that nobody takes, and goes on when nobody can [F49]", () => {
    const { log, text } = logged();
    const path = "x".repeat(500);
    for (let i = 0; i < 10_000; i++) log.request({ ...request, path });
    expect(text().length).toBeLessThan(2 << 20);
    const closed = new PassThrough();
    closed.destroy(new Error("closed"));
    createLog({ level: "requests", format: "json", stream: closed }).request(request);
  });
});

it("logLevelOf() and logFormatOf() name what is allowed", () => {
  expect([logLevelOf("silent"), logFormatOf("text")]).toEqual(["silent", "text"]);
  expect(() => logLevelOf("loud")).toThrow("requests, errors, silent");
  expect(() => logFormatOf("xml")).toThrow("json, text");
});
