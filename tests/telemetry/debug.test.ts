import { spawn } from "node:child_process";
import { once } from "node:events";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { Host, enableDebug } from "@holdfast/core";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/live-server.ts";
import { runCommand } from "../support/run-command.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HIDDEN: "kept-in-env" };

/** What is never in a log, whatever it was. */
const contents = /kept-in-|printed|typed-in/;

function bashHost(): Host {
  return new Host({ runtimes: [bashRuntime()], env, cwd: "/" });
}

/** Component and event of each line, without its time and facts. */
function steps(lines: readonly string[], having: string): readonly string[] {
  return lines
    .filter((line) => line.includes(having))
    .map((line) => /^\S+ holdfast:(\w+ [a-z_ ]+?)(?: \w+=|\n)/.exec(line)?.[1] ?? line);
}

function capture(components: string): { readonly lines: string[] } & Disposable {
  const lines: string[] = [];
  const off = enableDebug({ components, write: (line) => lines.push(line) });
  return { lines, [Symbol.dispose]: off };
}

describe("debug logs [R5.6] [R6.4] [S4-24]", () => {
  test("follow a bash execution through every part, in order, and never tell contents [S1-52] [S1-45] [S4-6]", async () => {
    using log = capture("*");
    await using host = bashHost();
    const { session } = await host.create({ runtime: "bash", id: "sh" });
    const code = "word=kept-in-code; read line; echo printed; exit 3";
    const execution = session.execute(code, {
      id: "x1",
      allowInput: true,
      env: { A: "kept-in-a" },
    });
    await execution.write("typed-in\n");
    await execution.ended;
    await host.close();
    const followed = steps(log.lines, "executionId=x1");
    expect(followed).toEqual(
      expect.arrayContaining([
        "execution queued",
        "session execute",
        "execution started",
        "runtime code written",
        "execution input taken",
        "execution stdout",
        "execution ended",
        "session execution_ended",
      ]),
    );
    const order = ["queued", "started", "stdout", "ended"].map((what) =>
      followed.indexOf(`execution ${what}`),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(log.lines.find((line) => line.includes("execution queued"))).toContain(
      `codeBytes=${code.length}`,
    );
    expect(log.lines.join("")).toMatch(
      /session created sessionId=sh runtime=bash parentId=null pid=\d+ durationMs=/,
    );
    expect(log.lines.join("")).toMatch(/worker gone pid=\d+ killed=\d+/);
    expect(log.lines.join("")).toMatch(/host ending sessionId=sh reason=shutdown sessions=\d+/);
    expect(log.lines.join("")).not.toMatch(contents);
  });

  test("follow a Python execution through its channel [S0-79]", async () => {
    using log = capture("*");
    await using host = new Host({ runtimes: [pythonRuntime()], env, cwd: "/" });
    const { session } = await host.create({ runtime: "python" });
    await session.execute("x = 'kept-in-code'\nprint('printed')\nx", { id: "x1" }).ended;
    expect(steps(log.lines, "executionId=x1")).toEqual(
      expect.arrayContaining([
        "execution queued",
        "channel sent",
        "channel received",
        "execution stdout",
        "execution result",
        "execution ended",
      ]),
    );
    expect(log.lines.join("")).toMatch(/channel sent type=execute executionId=x1 bytes=\d+/);
    expect(log.lines.join("")).not.toMatch(contents);
  });

  test("tell of background executions with their total, and of kills [S1-51] [S1-53] [S1-55]", async () => {
    using log = capture("session,execution");
    await using host = bashHost();
    const { session } = await host.create({ runtime: "bash" });
    const execution = await session.executeInBackground("sleep 1000", { id: "bg" });
    await execution.kill();
    await execution.ended;
    const text = log.lines.filter((line) => line.includes("executionId=bg")).join("");
    expect(text).toMatch(/session background added .*pid=\d+ total=1\n/);
    expect(text).toMatch(/execution kill .*signal=SIGKILL\n/);
    expect(text).toMatch(/session background removed .*total=0\n/);
    expect(text).toMatch(/execution ended .*status=lost .*signal=SIGKILL/);
  });

  test("are silent until they are switched on, and of the components that were asked for", async () => {
    const program = `
      import { Host } from "@holdfast/core";
      import { bashRuntime } from "@holdfast/adapter-bash";
      await using host = new Host({ runtimes: [bashRuntime()], cwd: "/" });
      const { session } = await host.create({ runtime: "bash" });
      await session.execute("true").ended;`;
    const run = async (components: Readonly<Record<string, string>>) =>
      runCommand(process.execPath, ["--input-type=module", "-e", program], {
        cwd: import.meta.dirname,
        env: { ...process.env, ...components },
      });
    expect(await run({})).toEqual({ code: 0, stdout: "", stderr: "" });
    const { code, stderr } = await run({ HOLDFAST_DEBUG: "session,worker" });
    const components = stderr.match(/holdfast:\w+/g);
    expect([code, new Set(components)]).toEqual([
      0,
      new Set(["holdfast:session", "holdfast:worker"]),
    ]);
    const wrong = await run({ HOLDFAST_DEBUG: "sesion" });
    expect(wrong.code).toBe(0);
    expect(wrong.stderr).toMatch(/HOLDFAST_DEBUG: .*"sesion", allowed host, session/);
  });
});

describe("a log that cannot be written [F49]", () => {
  const program = `
    import { Host } from "@holdfast/core";
    import { bashRuntime } from "@holdfast/adapter-bash";
    await using host = new Host({ runtimes: [bashRuntime()], cwd: "/" });
    const { session } = await host.create({ runtime: "bash" });
    for (let i = 0; i < 200; i++) await session.execute("echo $((++count))").ended;
    const { stdout } = session.executions.at(-1);
    process.stdout.write("ran " + stdout.toString(), () => process.exit());`;

  test.for(["full", "closed"])("because it is %s disturbs no session", async (kind) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
      env: { ...process.env, HOLDFAST_DEBUG: "*" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (kind === "closed") child.stderr.destroy();
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    const [code] = (await once(child, "exit")) as [number | null];
    expect([code, printed]).toEqual([0, "ran 200\n"]);
  });

  test("the server logs too when it is asked to, and tells no contents [S4-7]", async () => {
    await using server = await startServer({ env: { HOLDFAST_DEBUG: "*" } });
    const answer = await fetch(`${server.url}/v1/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ runtime: "bash", code: "echo printed" }),
    });
    expect(await answer.json()).toMatchObject({ stdout: "printed\n" });
    expect(server.log).toContain("holdfast:execution queued");
    expect(server.log).not.toMatch(contents);
  });
});
