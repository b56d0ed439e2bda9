import { pythonRuntime } from "@holdfast/adapter-python";
import { poolTest } from "@holdfast/harness/vitest";
import { describe, expect } from "vitest";
import { has } from "../support/requires.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const test = poolTest({ runtimes: [pythonRuntime()], env });

describe.skipIf(!has("python3"))("poolTest()", () => {
  test.for([1, 2, 3])(
    "gives a clean session, of warm processes: %i [R9.1]",
    async (n, { session, pool }) => {
      const { result } = await session.execute(`made = globals().get('made', 0) + ${n}; made`)
        .ended;
      expect(result?.repr).toBe(String(n));
      expect(pool.statistics.leased).toBe(1);
    },
  );
});
