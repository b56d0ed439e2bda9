import { bashRuntime } from "@holdfast/adapter-bash";
import { Host } from "@holdfast/core";
import { expect, test } from "vitest";
import { isAlive } from "../support/session-run.ts";
import { record } from "../telemetry/told.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

function openHost(): Host {
  return new Host({ runtimes: [bashRuntime()], env, cwd: "/" });
}

test("a session that crashed is lost in the list, is told as that, and leaves the list when it is deleted [D29]", async () => {
  await using host = openHost();
  using recording = record("a");
  const { session } = await host.create({ runtime: "bash", id: "a" });
  const crash = session.execute("kill -9 $$");
  expect(await crash.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
  expect(host.list().map((one) => [one.session.id, one.session.status])).toEqual([["a", "lost"]]);
  await host.delete("a");
  expect(host.list()).toEqual([]);
  expect(() => host.get("a")).toThrow(expect.objectContaining({ code: "session_closed" }));
  const ends = recording.told.filter(({ name }) => /exited|terminated/.test(name));
  expect(ends).toMatchObject([
    { name: "worker.exited", signal: "SIGKILL" },
    { name: "session.terminated", reason: "closed" },
  ]);
});

test("Host.delete() of a session that heeds nothing succeeds, and the others notice nothing [D30] [R2.6] [S2-1] [S2-3]", async () => {
  await using host = openHost();
  const { session: stubborn } = await host.create({ runtime: "bash", id: "stubborn" });
  const { session: other } = await host.create({ runtime: "bash", id: "other" });
  const deaf = stubborn.execute("trap '' INT TERM HUP; echo on; while :; do sleep 1; done");
  const running = other.execute("x=kept; echo on; read line; echo $line", { allowInput: true });
  for (const execution of [deaf, running])
    for await (const event of execution.events()) if (event.type === "stdout") break;
  const { pid } = stubborn;
  await host.delete("stubborn");
  expect(await isAlive(pid ?? 0)).toBe(false);
  expect(deaf.hasEnded).toBe(true);
  await running.write("on it goes\n");
  expect(await running.ended).toMatchObject({ status: "ok", stdoutBytes: 14 });
  const look = other.execute("echo $x");
  await look.ended;
  expect(look.stdout.toString()).toBe("kept\n");
});
