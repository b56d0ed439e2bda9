import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { has } from "../support/requires.ts";
import { openSession } from "../support/session-run.ts";

const languages = [
  {
    runtime: bashRuntime(),
    command: "bash",
    first: "n=0",
    count: "n=$((n+1))",
    show: "echo $n",
    errors: "head -c 100000000 /dev/zero >&2",
    end: "kill -9 $$",
  },
  {
    runtime: pythonRuntime(),
    command: "python3",
    first: "import os, sys; n = 0",
    count: "n += 1",
    show: "print(n)",
    errors: "for _ in range(100): _ = sys.stderr.write('\\0' * 1_000_000)",
    end: "import os; os.kill(os.getpid(), 9)",
  },
] as const;

describe.each(languages)("a session of $runtime.name", ({ runtime, command, ...code }) => {
  describe.skipIf(!has(command))("that is put to long use", () => {
    it(
      "does 10,000 executions and 100 MB of stderr, with its state and bounded memory [D1] [S1-8]",
      { timeout: 120_000 },
      async () => {
        await using test = await openSession(runtime);
        await test.run(code.first);
        const before = process.memoryUsage().rss;
        for (let i = 0; i < 10_000; i++) {
          const { status } = await test.session.execute(code.count).ended;
          if (status !== "ok") throw new Error(`execution ${i} ended as ${status}`);
        }
        const execution = test.session.execute(code.errors);
        let bytes = 0;
        for await (const event of execution.events())
          if (event.type === "stderr") bytes += event.bytes.length;
        expect(bytes).toBe(100_000_000);
        expect(await execution.ended).toMatchObject({ status: "ok", stderrBytes: 100_000_000 });
        expect((await test.run(code.show)).out).toBe("10000\n");
        expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
      },
    );

    it(
      "leaves no process, descriptor, timer or file behind in 100 lives, however they end [D31] [R2.7] [S0-10]",
      { timeout: 120_000 },
      async () => {
        const before = holdings();
        for (let life = 0; life < 100; life += 10) {
          await Promise.all(
            Array.from({ length: 10 }, async (_, index) => {
              const test = await openSession(runtime);
              if (index % 3 === 0) void test.session.execute(code.end);
              else if (index % 3 === 1) await test.run(code.first);
              await test[Symbol.asyncDispose]();
            }),
          );
        }
        await expectNoLeaks(before, { timeoutMs: 10_000 });
      },
    );

    it(
      "of 20, one that is killed takes nothing from the others [D28] [F01] [R2.6] [S2-1] [S2-3] [S2-4]",
      { timeout: 60_000 },
      async () => {
        const tests = await Promise.all(Array.from({ length: 20 }, () => openSession(runtime)));
        await Promise.all(tests.map((test) => test.run(code.first)));
        const running = tests.map((test) => test.session.execute(code.count));
        const victim = tests[7];
        const death = victim?.session.execute(code.end);
        const ends = await Promise.all(running.map(({ ended }) => ended));
        expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "ok"));
        expect(await death?.ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
        for (const test of tests) {
          if (test !== victim) expect((await test.run(code.show)).out).toBe("1\n");
        }
        await Promise.all(tests.map((test) => test[Symbol.asyncDispose]()));
      },
    );
  });
});
