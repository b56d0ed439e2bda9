import { GuardedProcess } from "@holdfast/core";
import { expect, it } from "vitest";

it("what a process wrote last is told with its end, however soon that came [F14]", async () => {
  for (let round = 1; round <= 50; round++) {
    await using process = await GuardedProcess.start({
      command: "sh",
      args: ["-c", "echo no such module >&2; exit 3"],
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
      startTimeoutMs: 10_000,
    });
    const exit = { exitCode: 3, signal: null, stderrTail: "no such module\n" };
    expect(await process.ended, `round ${round}`).toEqual(exit);
  }
});
