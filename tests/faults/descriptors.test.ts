import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { has } from "../support/requires.ts";

// Where exactly they run out depends on how many there are.
it.skipIf(!has("bash") || !has("python3")).each([117, 118, 119, 120, 121])(
  "a process that runs out of %d descriptors gets typed errors, keeps the sessions that it has, and goes on when there are some again [F27] [A20]",
  (limit) => {
    const script = join(import.meta.dirname, "out-of-descriptors.ts");
    const { stdout, stderr, status } = spawnSync(
      "bash",
      ["-c", `ulimit -n ${limit}; exec "$0" --expose-gc "$1"`, process.execPath, script],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect([stderr, status]).toEqual(["", 0]);
    expect(JSON.parse(stdout)).toEqual({
      refused: { bash: "worker_start_failed", python: "worker_start_failed" },
      alive: true,
      again: "ok",
      left: [],
    });
  },
);
