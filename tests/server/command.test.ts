import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsOf, eventually, isRunning } from "@holdfast/harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { runCommand } from "../support/run-command.ts";

const command = join(repository, "apps/server/dist/command.mjs");
const holdfast = (args: readonly string[], input = "") =>
  runCommand(process.execPath, [command, ...args], { input });

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "command-test-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Starts the command with its output in pipes. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, exited };
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
    expect(await holdfast(["exec", "-r", "python", "-"], "6 * 7")).toEqual({
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
    const child = spawn(process.execPath, [
      command,
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

  it("gives our standard input to code from a file: streamed to bash, line by line to Python [R2.5]", async () => {
    const big = "line\n".repeat(200_000);
    const counted = await holdfast(["exec", "-c", "sleep 0.2; wc -c"], big);
    expect(counted.stdout.trim()).toBe(String(big.length));
    const asks = file(
      "ask.py",
      "a = input('name? ')\nimport sys\nprint(a, [line for line in sys.stdin])",
    );
    expect(await holdfast(["exec", asks], "ada\none\ntwo")).toMatchObject({
      code: 0,
      stdout: "ada ['one\\n', 'two\\n']\n",
      stderr: expect.stringContaining("name? "),
    });
    const atEnd = await holdfast(["exec", "-r", "python", "-c", "input()"]);
    expect(atEnd).toMatchObject({ code: 1, stderr: expect.stringContaining("EOFError") });
  });

  it("ends well when the code does not read its input", async () => {
    expect(
      await holdfast(["exec", "-c", "exec <&-; echo done"], "x".repeat(1_000_000)),
    ).toMatchObject({
      code: 0,
      stdout: "done\n",
    });
  });

  it("gives variables with --env and keeps our own to itself [A04]", async () => {
    const { stdout } = await runCommand(
      process.execPath,
      [command, "exec", "-e", "A=1=2", "-e", "B=", "-c", 'echo "$A|$B|${SECRET-unset}"'],
      { env: { ...process.env, SECRET: "s" } },
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
});

describe("holdfast", () => {
  it.each([
    [[]],
    [["--help"]],
    [["help"]],
    [["serve", "--help"]],
    [["exec", "-h"]],
    [["runtimes", "-h"]],
  ])("%j prints help", async (args) => {
    const { code, stdout, stderr } = await holdfast(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^(?:Holdfast|holdfast \w+)/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });

  it("--version prints the version", async () => {
    expect((await holdfast(["--version"])).stdout).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
  });

  it("runtimes prints what can run here", async () => {
    expect((await holdfast(["runtimes"])).stdout).toMatch(
      /^bash +\d[^\n]* \/[^\n]*bash\npython +3\.[^\n]*\n$/,
    );
  });

  it.each([
    [["fly"], 'command: received "fly"'],
    [["exec", "--nonsense"], "--nonsense"],
    [["exec", "a", "b"], "one file"],
    [["exec", "--timeout", "soon", "-c", ":"], '--timeout: received "soon"'],
    [["exec", "--timeout", "0", "-c", ":"], "timeoutMs: received 0"],
    [["exec", "--env", "1=2", "-c", ":"], "allowed NAME=VALUE"],
    [["exec", "-r", "cobol", "-c", ":"], "allowed bash, python"],
    [["exec", "/nonexistent"], "/nonexistent"],
    [["serve", "extra"], "extra"],
  ])("%j ends with 2 and says why", async (args, message) => {
    const { code, stdout, stderr } = await holdfast(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^holdfast: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("serve says where it listens, as npm start does, and ends on SIGTERM", async () => {
    const data = join(folder, "data");
    const { child, exited } = start(["serve", "--port", "0", "--token", "t", "--data-dir", data]);
    const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    const url = /^Holdfast listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line)?.[1] ?? "";
    expect((await fetch(`${url}/v1/sessions`)).status).toBe(401);
    expect(
      (await fetch(`${url}/v1/sessions`, { headers: { authorization: "Bearer t" } })).status,
    ).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(data, "holdfast.db"))).toBe(true);
  });

  it("serve --memory keeps nothing", async () => {
    const data = join(folder, "none");
    const { child, exited } = start(["serve", "--port", "0", "--memory", "--data-dir", data]);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(data)).toBe(false);
  });
});
