import { bashRuntime } from "@holdfast/adapter-bash";
import { Session } from "@holdfast/core";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";

const runtime = bashRuntime();
const warm = () => runtime.warm?.({ startTimeoutMs: 30_000 }) ?? expect.fail("no warm()");

const look = `declare -p | grep -vE '^declare -[-aAirx]+ (BASHPID|BASH_\\w+|EPOCH\\w+|HOLDFAST_WORKER|LINENO|PPID|S?RANDOM|SECONDS|_|__holdfast\\w*|PIPESTATUS)(=|$)'
env | grep -v '^HOLDFAST_WORKER=\\|^_=' | sort; declare -F | grep -v __holdfast; alias; shopt; set -o; trap -p; umask; pwd; dirs; echo "$# $- $SHLVL $? $_ $0"`;

describe("a warm bash", () => {
  it.each([
    [
      "a usual environment",
      { PATH: "/usr/bin:/bin", HOME: "/root", LANG: "C.UTF-8", TERM: "xterm" },
      "/usr",
    ],
    ["none", {}, "/"],
    ["strange values", { A: 'it\'s\n"x" $y \\ ', B: "", C: "ü 🎉", PATH: "/usr/bin:/bin" }, "/tmp"],
  ])("cannot be told from one that was started, with %s", async (_, env, cwd) => {
    const seen: string[] = [];
    for (const worker of [null, await warm()]) {
      const startWorker = worker === null ? {} : { startWorker: worker.assign.bind(worker) };
      await using session = await Session.open({ runtime, env, cwd, ...startWorker });
      const execution = session.execute(look);
      await execution.ended;
      seen.push(execution.stdout.toString() + execution.stderr.toString());
    }
    expect(seen[1]).toBe(seen[0]);
    expect(seen[0]).toContain("declare");
  });

  it("has a background execution beside its first one start from the same environment and directory [R4.4]", async () => {
    const env = { PATH: "/usr/bin:/bin", GIVEN: "yes" };
    const seen: string[] = [];
    for (const worker of [null, await warm()]) {
      const startWorker = worker === null ? {} : { startWorker: worker.assign.bind(worker) };
      await using session = await Session.open({ runtime, env, cwd: "/usr", ...startWorker });
      const first = session.execute("echo up; read; later=1", { allowInput: true });
      const beside = await session.executeInBackground(`${look}; echo \${later-none}`);
      await beside.ended;
      const elsewhere = await session.executeInBackground("pwd; echo $GIVEN", {
        cwd: "share",
        env: { GIVEN: "again" },
      });
      await elsewhere.ended;
      expect(elsewhere.stdout.toString()).toBe("/usr/share\nagain\n");
      await first.write("\n");
      await first.ended;
      seen.push(beside.stdout.toString() + beside.stderr.toString());
    }
    expect(seen[1]).toBe(seen[0]);
    expect(seen[0]).toMatch(/^GIVEN=yes$[^]*^\/usr$[^]*none\n$/m);
  });

  it("knows a relative directory of its first execution from its own", async () => {
    const worker = await warm();
    const startWorker = worker.assign.bind(worker);
    await using session = await Session.open({ runtime, env: {}, cwd: "/usr", startWorker });
    const first = session.execute("pwd", { cwd: "share" });
    await first.ended;
    expect(first.stdout.toString()).toBe("/usr/share\n");
  });

  it.each([
    { BASH_ENV: "/x" },
    { SHELLOPTS: "posix" },
    { "a.b": "1" },
    { LD_PRELOAD: "x" },
    { SHLVL: "3" },
  ])("does not suit %j", async (env) => {
    await using worker = await warm();
    const options = { sessionId: "s", cwd: "/", startTimeoutMs: 1_000 };
    expect([
      worker.suits({ ...options, env }),
      worker.suits({ ...options, env: { A: "1" } }),
    ]).toEqual([false, true]);
  });

  it("that cannot go to its directory, or has died, says so and leaves nothing [F42]", async () => {
    const before = holdings();
    const options = { sessionId: "s", env: {}, cwd: "/nowhere", startTimeoutMs: 30_000 };
    await expect((await warm()).assign(options)).rejects.toMatchObject({
      code: "worker_start_failed",
    });
    const dead = await warm();
    process.kill(dead.pid, "SIGKILL");
    await expect(dead.assign({ ...options, cwd: "/" })).rejects.toMatchObject({
      code: "worker_start_failed",
    });
    await (await warm()).stop();
    await expectNoLeaks(before);
  });
});
