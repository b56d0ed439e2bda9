import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf, eventually, isRunning } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { environment, holdfast, holdfastWords, startHoldfast as start } from "./holdfast.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "command-test-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("holdfast exec", () => {
  it("runs a file by its name's runtime, or what -r says", async () => {
    const python = file("a.py", "print('from python')");
    const bash = file("b.sh", "echo from bash");
    expect(await holdfast(["exec", python])).toEqual({
      code: 0,
      stdout: "from python\n",
      stderr: "",
    });
    expect(await holdfast(["exec", bash])).toEqual({ code: 0, stdout: "from bash\n", stderr: "" });
    expect(await holdfast(["exec", "-r", "python", "-"], { input: "6 * 7" })).toEqual({
      code: 0,
      stdout: "42\n",
      stderr: "",
    });
  });

  it.each([
    ["exit 7", 7],
    ["(exit 3)", 3],
    ["kill -9 $$", 137],
    ["kill -TERM $$", 143],
    ["true", 0],
  ])("passes the end of `%s` on as %i", async (code, wanted) => {
    expect((await holdfast(["exec", "-c", code])).code).toBe(wanted);
  });

  it.each([
    ["import sys; sys.exit(3)", 3],
    ["import os; os._exit(4)", 4],
    ["1/0", 1],
    ["x = 1", 0],
  ])("passes the end of the Python `%s` on as %i", async (code, wanted) => {
    expect((await holdfast(["exec", "-r", "python", "-c", code])).code).toBe(wanted);
  });

  it("prints a Python error with its traceback to stderr", async () => {
    const { code, stdout, stderr } = await holdfast([
      "exec",
      "-r",
      "python",
      "-c",
      "print(1)\n1/0",
    ]);
    expect([code, stdout]).toEqual([1, "1\n"]);
    expect(stderr).toMatch(
      /^Traceback \(most recent call last\):\n[^]*ZeroDivisionError: division by zero\n$/,
    );
    expect(stderr).not.toContain("holdfast_worker");
  });

  it("ends with 124 after --timeout, with the output so far", async () => {
    const result = await holdfast(["exec", "-t", "300", "-c", "echo begun; sleep 60"]);
    expect(result).toMatchObject({ code: 124, stdout: "begun\n" });
  });

  it("is exact to the byte on both streams [A23]", async () => {
    const { child } = start([
      "exec",
      "-c",
      "head -c 5000000 /dev/zero; printf '\\377\\0end'; printf 'err\\200' >&2",
    ]);
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (chunk: Buffer) => chunks[stream].push(chunk));
    await once(child, "close");
    expect(Buffer.concat(chunks.stdout)).toEqual(
      Buffer.concat([Buffer.alloc(5_000_000), Buffer.from("\xFF\0end", "latin1")]),
    );
    expect(Buffer.concat(chunks.stderr).toString("latin1")).toBe("err\x80");
  });

  it("is exact to the byte on standard input [A23]", async () => {
    const [node, command] = holdfastWords;
    const child = spawn(node, [command, "exec", "-c", "cat"], { env: environment() });
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.end(bytes);
    await once(child, "close");
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it("gives our standard input to code from a file: streamed to bash, line by line to Python [R2.5]", async () => {
    const big = "line\n".repeat(200_000);
    const counted = await holdfast(["exec", "-c", "sleep 0.2; wc -c"], { input: big });
    expect(counted.stdout.trim()).toBe(String(big.length));
    const asks = file(
      "ask.py",
      "a = input('name? ')\nimport sys\nprint(a, [line for line in sys.stdin])",
    );
    expect(await holdfast(["exec", asks], { input: "ada\none\ntwo" })).toMatchObject({
      code: 0,
      stdout: "ada ['one\\n', 'two\\n']\n",
      stderr: expect.stringContaining("name? "),
    });
    const atEnd = await holdfast(["exec", "-r", "python", "-c", "input()"]);
    expect(atEnd).toMatchObject({ code: 1, stderr: expect.stringContaining("EOFError") });
  });

  it("ends well when the code does not read its input", async () => {
    expect(
      await holdfast(["exec", "-c", "exec <&-; echo done"], { input: "x".repeat(1_000_000) }),
    ).toMatchObject({
      code: 0,
      stdout: "done\n",
    });
  });

  it("gives variables with --env and keeps our own to itself [A04]", async () => {
    const { stdout } = await holdfast(
      ["exec", "-e", "A=1=2", "-e", "B=", "-c", 'echo "$A|$B|${SECRET-unset}"'],
      { env: { SECRET: "s" } },
    );
    expect(stdout).toBe("1=2||unset\n");
  });

  it("ends with 130 on Ctrl-C; a second one kills code that ignores it; nothing is left [F16]", async () => {
    const polite = start(["exec", "-c", "echo on; sleep 60; echo not reached"]);
    await once(polite.child.stdout, "data");
    polite.child.kill("SIGINT");
    expect(await polite.exited).toEqual([130, null]);

    const rude = start([
      "exec",
      "-r",
      "python",
      "-c",
      "import time\nprint('on', flush=True)\nwhile True:\n  try: time.sleep(60)\n  except BaseException: print('no', flush=True)",
    ]);
    await once(rude.child.stdout, "data");
    const processes = descendantsOf(rude.child.pid ?? 0);
    rude.child.kill("SIGINT");
    await once(rude.child.stdout, "data");
    rude.child.kill("SIGINT");
    expect((await rude.exited)[0]).toBeGreaterThanOrEqual(130);
    await eventually(() => !processes.some(({ pid }) => isRunning(pid)), {
      what: "the end of its processes",
    });
  });

  it("ends when its reader goes, with all that it started [F30]", async () => {
    const { child, exited } = start(["exec", "-c", "yes"]);
    await once(child.stdout, "data");
    const processes = descendantsOf(child.pid ?? 0);
    child.stdout.destroy();
    expect(await exited).toEqual([141, null]);
    await eventually(() => !processes.some(({ pid }) => isRunning(pid)), {
      what: "the end of its processes",
    });
  });

  it("runs in a session of a server with --session, found by the beginning of its id", async () => {
    await using server = await startServer();
    const env = { HOLDFAST_URL: server.url };
    const { stdout } = await holdfast(["create", "-r", "python", "--id", "shared-session"], {
      env,
    });
    expect(stdout).toBe("shared-session\n");
    const session = ["exec", "-s", "shared-", "-c"];
    expect(await holdfast([...session, "x = 20"], { env })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await holdfast([...session, "x + 1"], { env })).toMatchObject({
      code: 0,
      stdout: "21\n",
    });
    const own = await holdfast(["exec", "-e", "A=b", "-c", "echo $A"], { env });
    expect(own).toEqual({ code: 0, stdout: "b\n", stderr: "" });
    const yes = start(["exec", "-s", "shared-", "-c", "while True: print('y')"], env);
    await once(yes.child.stdout, "data");
    yes.child.stdout.destroy();
    expect(await yes.exited).toEqual([141, null]);
    expect((await holdfast([...session, "x"], { env })).stdout).toBe("20\n");
    const listed = JSON.parse((await holdfast(["ps", "--json"], { env })).stdout) as unknown[];
    expect(listed).toMatchObject([{ id: "shared-session" }]);
  });

  it("--json prints the execution, and nothing else", async () => {
    const { code, stdout, stderr } = await holdfast([
      "exec",
      "--json",
      "-c",
      "echo out; echo err >&2; (exit 3)",
    ]);
    expect([code, stderr]).toEqual([3, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "ok",
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });
});
