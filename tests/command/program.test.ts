import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holdfast, startHoldfast } from "./holdfast.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "command-test-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** The commands that the help names. */
async function commands(): Promise<readonly string[]> {
  const { stdout } = await holdfast(["--help"]);
  const [listed = ""] = stdout.split("\nCommands:\n", 1);
  return [...listed.matchAll(/^ {2}([a-z]+) .{20,}$/gm)].map(([, name = ""]) => name);
}

describe("holdfast --help", () => {
  it.each([[[]], [["--help"]], [["help"]], [["-h"]]])("%j prints the commands", async (args) => {
    const { code, stdout, stderr } = await holdfast(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: holdfast \[options\] \[command\]\n/);
    for (const name of ["exec", "serve", "ps", "checkpoint"])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it("every command has help with examples, in lines that fit, without colours in a pipe", async () => {
    const names = await commands();
    expect(names.length).toBeGreaterThan(10);
    const helps = await Promise.all(names.map((name) => holdfast([name, "--help"])));
    for (const [at, { code, stdout, stderr }] of helps.entries()) {
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^Usage: holdfast ${names[at]} `));
      expect(stdout).toMatch(/\nExamples:\n {2}\S/);
      expect(stdout).not.toContain("\u001B");
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
    }
  });

  it("has colours with FORCE_COLOR, none with NO_COLOR", async () => {
    const coloured = await holdfast(["--help"], { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001B[");
    const plain = await holdfast(["fly"], { env: { NO_COLOR: "1" } });
    expect(plain.stderr).not.toContain("\u001B");
  });

  it("does not mind a reader that goes", async () => {
    const { child, exited } = startHoldfast(["--help"]);
    child.stdout.destroy();
    expect(await exited).toEqual([0, null]);
  });

  it("loads nothing that sessions are made of", async () => {
    const { stderr } = await holdfast(["--help"], { env: { NODE_DEBUG: "esm" } });
    expect(stderr).toContain("command.mjs");
    expect(stderr).not.toMatch(/hono|sqlite|adapter-python/);
  });
});

describe("holdfast", () => {
  it("--version prints the version", async () => {
    for (const option of ["--version", "-v"])
      expect((await holdfast([option])).stdout).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
  });

  it("runtimes prints what can run here, for people and for programs", async () => {
    expect((await holdfast(["runtimes"])).stdout).toMatch(
      /^bash +\d[^\n]* \/[^\n]*bash\npython +3\.[^\n]*\njavascript +\d[^\n]*node\n$/,
    );
    const listed = JSON.parse((await holdfast(["runtimes", "--json"])).stdout) as unknown;
    expect(listed).toMatchObject([
      { name: "bash", available: true, reason: null },
      { name: "python", available: true, features: expect.arrayContaining(["fork"]) as unknown },
      { name: "javascript", available: true, engine: null },
    ]);
  });

  it.each([
    [["fly"], "unknown command 'fly'", "holdfast"],
    [["exce", "-c", ":"], "did you mean exec?", "holdfast"],
    [["exec", "--nonsense"], "unknown option '--nonsense'", "holdfast exec"],
    [["exec", "a", "b"], "Expected 1 argument but got 2", "holdfast exec"],
    [["exec", "a", "-c", "b"], "one file, or --code", "holdfast exec"],
    [
      ["exec", "--timeout", "soon", "-c", ":"],
      '--timeout: received "soon", allowed',
      "holdfast exec",
    ],
    [["exec", "--timeout", "0", "-c", ":"], '--timeout: received "0", allowed', "holdfast exec"],
    [["exec", "--env", "1=2", "-c", ":"], "allowed NAME=VALUE", "holdfast exec"],
    [["exec", "-r", "cobol", "-c", ":"], "allowed bash, python", "holdfast exec"],
    [["exec", "/nonexistent"], "/nonexistent", "holdfast exec"],
    [["exec", "--url", "ftp://x", "-c", ":"], "allowed an http or https URL", "holdfast exec"],
    [["serve", "extra"], "extra", "holdfast serve"],
    [["serve", "--port", "99999"], '--port: received "99999", allowed', "holdfast serve"],
    [["kill"], "ids of sessions, or --all", "holdfast kill"],
    [["fork"], "missing required argument 'id'", "holdfast fork"],
  ])("%j ends with 2, says why, and where help is", async (args, message, name) => {
    const { code, stdout, stderr } = await holdfast(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^holdfast: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`\nTry ${name} --help.\n`);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("says how to start a server where none answers", async () => {
    const { code, stderr } = await holdfast(["ps", "--url", "http://127.0.0.1:9"]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "holdfast: no server answers at http://127.0.0.1:9. Start one with: holdfast serve. Or name another with --url or HOLDFAST_URL.\n",
    );
  });
});

describe("holdfast serve", () => {
  it("says where it listens, as npm start does, wants its token, and ends on SIGTERM", async () => {
    const data = join(folder, "data");
    const { child, exited } = startHoldfast([
      "serve",
      "--port",
      "0",
      "--token",
      "t",
      "--data-dir",
      data,
    ]);
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const url =
      /^Holdfast listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(chunk))?.[1] ?? "";
    const refused = await holdfast(["ps", "--url", url]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("HOLDFAST_TOKEN") as unknown,
    });
    const env = { HOLDFAST_URL: url, HOLDFAST_TOKEN: "t" };
    expect(await holdfast(["ps", "--json"], { env })).toMatchObject({ code: 0, stdout: "[]\n" });
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(data, "holdfast.db"))).toBe(true);
  });

  it("--memory keeps nothing", async () => {
    const data = join(folder, "none");
    const { child, exited } = startHoldfast([
      "serve",
      "--port",
      "0",
      "--memory",
      "--data-dir",
      data,
    ]);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(data)).toBe(false);
  });
});
