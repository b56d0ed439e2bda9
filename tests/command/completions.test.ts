import { expect, it } from "vitest";
import { startServer } from "../support/live-server.ts";
import { runCommand } from "../support/run-command.ts";
import { repository } from "../support/repository.ts";
import { holdfast } from "./holdfast.ts";

async function offered(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { code, stdout } = await holdfast(["complete", "--", ...words], { env, cwd: repository });
  expect(code).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .slice(0, -1) // what the shell is to do with them
    .map((line) => line.split("\t")[0] ?? "");
}

it("offers commands, options, choices and files", async () => {
  expect(await offered(["checkp"])).toEqual(["checkpoint", "checkpoints"]);
  expect(await offered(["files", "p"])).toEqual(["put"]);
  expect(await offered(["exec", "--t"])).toEqual(["--timeout", "--token"]);
  expect(await offered(["repl", ""])).toEqual(["python", "javascript", "bash"]);
  expect(await offered(["exec", "READ"])).toEqual(["README.md"]);
  expect(await offered(["run", "tests/notebook/fixtures/pa"])).toEqual([
    "tests/notebook/fixtures/pandas.ipynb",
  ]);
});

it("offers the sessions of a server, and is quiet where there is none", async () => {
  await using server = await startServer();
  const env = { HOLDFAST_URL: server.url };
  for (const id of ["alpha", "beta"]) await holdfast(["create", "--id", id], { env });
  expect(await offered(["attach", ""], env)).toEqual(["alpha", "beta"]);
  expect(await offered(["exec", "--session", "al"], env)).toEqual(["alpha"]);
  expect(await offered(["attach", ""], { HOLDFAST_URL: "http://127.0.0.1:9" })).toEqual([]);
});

it.each(["bash", "zsh", "fish"])("prints a script for %s", async (shell) => {
  const { code, stdout } = await holdfast(["completions", shell]);
  expect(code).toBe(0);
  expect(stdout).toContain("holdfast complete --");
  const checked = await runCommand(shell, ["-n"], { input: stdout }).catch(() => null); // not installed
  if (checked !== null) expect(checked).toMatchObject({ code: 0, stderr: "" });
});
