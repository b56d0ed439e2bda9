import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = pythonRuntime();

/** Finds the worker's channel, as code that means harm would, and writes to it. */
const forge = (payload: string) => `
import os, socket, stat, struct
def frame(body, flags=0): return struct.pack('>IB', len(body), flags) + body
def text(s): return bytes([0xa0 | len(s)]) + s.encode() if len(s) < 32 else b'\\xd9' + bytes([len(s)]) + s.encode()
def message(**fields): return bytes([0x80 | len(fields)]) + b''.join(text(k) + text(v) for k, v in fields.items())
for fd in os.listdir('/proc/self/fd'):
    try:
        if stat.S_ISSOCK(os.fstat(int(fd)).st_mode): os.write(int(fd), ${payload})
    except OSError: pass
`;

describe("code that writes to its worker's channel", () => {
  it.each([
    ["garbage", "os.urandom(100_000)"],
    ["a frame over the limit", "struct.pack('>IB', 0x7fffffff, 0)"],
    ["a frame that is no message", "frame(b'\\xc1')"],
    ["a message of an unknown type", "frame(message(type='nonsense'))"],
    ["a message that lacks its fields", "frame(message(type='completed'))"],
    ["nesting without end", "frame(b'\\x91' * 100_000)"],
    ["a length that nothing covers", "frame(b'\\xdf\\xff\\xff\\xff\\xff')"],
  ])(
    "%s: that worker is ended, its session says so and lives on, the others notice nothing [F07] [F08] [F09] [F10]",
    async (_name, payload) => {
      await using test = await openSession(runtime);
      await using other = await openSession(runtime);
      await other.run("x = 'mine'");
      expect(await test.run(`${forge(payload)}\nimport time; time.sleep(30)`)).toMatchObject({
        status: "lost",
        sessionState: "lost",
      });
      expect((await test.run("1 + 1")).result?.value).toBe(2);
      expect((await other.run("x")).result?.value).toBe("mine");
    },
  );

  it("an end of an execution that is not there is dropped, and the one that is there goes on [F11] [D14]", async () => {
    await using test = await openSession(runtime);
    const code = forge("frame(message(type='completed', executionId='other', status='ok'))");
    expect(await test.run(`${code}\nprint('still here')\n42`)).toMatchObject({
      status: "ok",
      out: "still here\n",
      result: { value: 42 },
    });
  });

  it.each([
    ["ends of executions that are not there", "type='completed', executionId='other', status='ok'"],
    ["answers to nothing", "type='done', requestId='none'"],
    [
      "displays whose acknowledgements it does not take",
      "type='display', executionId='flood', requestId='1', mime={}, displayId=None, update=False",
    ],
  ])("a flood of %s ends its worker, and holds up nobody [A10] [F07]", async (_name, fields) => {
    await using test = await openSession(runtime);
    const code = `${forge(`frame(message(${fields})) * 100_000`).replace(
      "def text(s): return",
      `def text(s):
    if s is None: return b'\\xc0'
    if s is False: return b'\\xc2'
    if s == {}: return b'\\x80'
    return`,
    )}\nimport time; time.sleep(30)`;
    expect(await test.run(code, { id: "flood" })).toMatchObject({ status: "lost" });
    expect((await test.run("1 + 1")).result?.value).toBe(2);
  });

  it("half a frame, and death: lost with the exit code, prompt [F07]", async () => {
    await using test = await openSession(runtime);
    const code = `${forge("struct.pack('>IB', 1000, 0) + b'half'")}\nos._exit(7)`;
    expect(await test.run(code)).toMatchObject({ status: "lost", exitCode: 7 });
    expect((await test.run("'alive'")).result?.value).toBe("alive");
  });
});
