import { createHash } from "node:crypto";
import { bashRuntime } from "@holdfast/adapter-bash";
import { describe, expect, it } from "vitest";
import { eventOf, isAlive, openSession } from "../support/session-run.ts";

const runtime = bashRuntime();

describe("an execution of bash", () => {
  it("has exact output: NUL, 0xff, no newline at the end [A23] [R4.1]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      String.raw`printf 'a\0b\xff\xfe'; printf '\r\n\x1b[0m' >&2`,
    );
    await execution.ended;
    expect(execution.stdout).toEqual(Buffer.from([97, 0, 98, 255, 254]));
    expect(execution.stderr.toString()).toBe("\r\n\u001b[0m");
  });

  it("streams 200 MB exactly to a slow reader with bounded memory [A21] [D21] [F19] [S0-22]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute("head -c 200000000 /dev/zero");
    const before = process.memoryUsage().rss;
    let bytes = 0;
    let largest = 0;
    for await (const event of execution.events()) {
      if (event.type !== "stdout") continue;
      bytes += event.bytes.length;
      largest = Math.max(largest, event.bytes.length);
      if (bytes % 7 === 0) await new Promise((done) => setImmediate(done));
    }
    expect(bytes).toBe(200_000_000);
    expect(largest).toBeLessThanOrEqual(65_536);
    expect(await execution.ended).toMatchObject({ stdoutBytes: 200_000_000, truncated: true });
    expect(execution.stdout.length).toBe(16 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  it("delivers 20 MB of lines without a byte changed [S1-25] [S0-17]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      "seq -f '%079.0f' 1 250000 | tee /dev/stderr | md5sum > sum",
    );
    const hash = createHash("md5");
    for await (const event of execution.events())
      if (event.type === "stderr") hash.update(event.bytes);
    expect(await test.run("cat sum")).toMatchObject({ out: `${hash.digest("hex")}  -\n` });
  });

  it.each([
    ["empty by default", "cat; echo end", {}, "end\n"],
    ["the given bytes, then the end", 'read a; echo "$a"; cat', { stdin: "one\ntwo" }, "one\ntwo"],
    ["200 KB", "wc -c", { stdin: Buffer.alloc(200_000, 65) }, "200000\n"],
  ])("has standard input: %s [R4.1] [S1-26]", async (_name, code, options, out) => {
    await using test = await openSession(runtime);
    expect(await test.run(code, options)).toMatchObject({ status: "ok", out });
  });

  it("takes live input until it is closed [R2.5]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute("read a; echo got $a; cat; echo end", {
      allowInput: true,
    });
    await execution.write("one\ntwo\n");
    await execution.write("three", { close: true });
    await execution.ended;
    expect(execution.stdout.toString()).toBe("got one\ntwo\nthreeend\n");
    await expect(execution.write("late")).rejects.toMatchObject({ code: "input_not_expected" });
  });

  it("has variables and a directory for itself alone [R4.1]", async () => {
    await using test = await openSession(runtime);
    await test.run("E=old; mkdir sub");
    expect(
      await test.run('echo "$E $N ${PWD##*/}"', { env: { E: "new", N: "a 'b\n" }, cwd: "sub" }),
    ).toMatchObject({ out: "new a 'b\n sub\n" });
    expect(await test.run('echo "$E [$N] $PWD"')).toMatchObject({
      out: `old [] ${test.directory}\n`,
    });
    expect(await test.run("echo x", { cwd: "nonesuch" })).toMatchObject({
      status: "error",
      error: { name: "invalid_request" },
    });
  });

  it.each([
    ["a loop of builtins", "x=2; echo go; while :; do :; done; x=3"],
    ["a command", "x=2; echo go; sleep 100; x=3"],
    ["a pipeline", "x=2; echo go; sleep 100 | cat; x=3"],
  ])(
    "is interrupted in %s with its state kept, twice in a row [R1.7] [D10]",
    async (_name, code) => {
      await using test = await openSession(runtime);
      for (let round = 0; round < 2; round++) {
        await test.run("x=1");
        const execution = test.session.execute(code);
        await eventOf(test.session, execution.id, "stdout");
        execution.interrupt();
        expect(await execution.ended).toMatchObject({
          status: "interrupted",
          sessionState: "kept",
        });
        expect(await test.run("echo $x")).toMatchObject({ status: "ok", out: "2\n" });
      }
    },
  );

  it("lives through 40 interrupts at any moment [F46]", { timeout: 60_000 }, async () => {
    await using test = await openSession(runtime);
    await test.run("n=0");
    for (let round = 0; round < 40; round++) {
      const execution = test.session.execute(`n=$((n+1)); ${round % 3 === 0 ? "sleep 0.01" : ":"}`);
      for (let turn = 0; turn < round * 3; turn++) await new Promise((done) => setImmediate(done));
      execution.interrupt();
      const { status } = await execution.ended;
      expect(["ok", "interrupted"]).toContain(status);
    }
    expect(await test.run("echo alive")).toMatchObject({ status: "ok", out: "alive\n" });
    expect(test.session.restarts).toBe(0);
  });

  it("keeps a trap of the user's for INT over a fatal error, and a signal once ignored can be trapped again", async () => {
    await using test = await openSession(runtime);
    await test.run("trap 'echo mine' INT; trap '' TERM; set -e; false");
    expect((await test.run("set +e; trap -p INT TERM")).out).toBe(
      "trap -- 'echo mine' SIGINT\ntrap -- '' SIGTERM\n",
    );
    expect((await test.run("trap 'echo term' TERM; kill -TERM $$; kill -INT $$")).out).toBe(
      "term\nmine\n",
    );
  });

  it("gives an interrupt to the user's own trap for INT, once [R1.7]", async () => {
    await using test = await openSession(runtime);
    const code =
      "trap 'echo mine' INT; sh -c 'echo go; exec sleep 100'; echo on; sleep 0.3; echo done";
    for (let round = 0; round < 2; round++) {
      const execution = test.session.execute(code);
      await eventOf(test.session, execution.id, "stdout");
      execution.interrupt();
      expect(await execution.ended).toMatchObject({ sessionState: "kept" });
      expect(execution.stdout.toString()).toBe("go\nmine\non\ndone\n");
    }
  });

  it("takes 300 KB of variables for one execution [R4.1]", async () => {
    await using test = await openSession(runtime);
    const env = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`V${index}`, "x".repeat(1_000)]),
    );
    expect((await test.run("echo ${#V0} ${#V299}", { env })).out).toBe("1000 1000\n");
    expect((await test.run("echo ${#V0} ${#V299}")).out).toBe("0 0\n");
  });

  it("times out, with what it printed and its state kept [D27] [S1-10] [S1-11]", async () => {
    await using test = await openSession(runtime);
    expect(await test.run("echo part; sleep 100", { timeoutMs: 500 })).toMatchObject({
      status: "timeout",
      out: "part\n",
      sessionState: "kept",
    });
  });

  it("is killed when it does not care for its timeout [D27] [F16]", async () => {
    await using test = await openSession(runtime, { interruptGraceMs: 100, terminateGraceMs: 100 });
    expect(
      await test.run("trap '' INT TERM; echo part; while :; do sleep 1; done", { timeoutMs: 500 }),
    ).toMatchObject({
      status: "timeout",
      out: "part\n",
      sessionState: "lost",
    });
    expect(await test.run("echo next")).toMatchObject({ status: "ok", out: "next\n" });
  });

  it("ends although what it started holds its output, which stays that execution's [F18] [D25] [S1-23] [S1-38]", async () => {
    await using test = await openSession(runtime);
    const first = await test.run("mkfifo go; (cat go; echo late) & echo first");
    expect(first.out).toBe("first\n");
    expect((await test.run("echo second")).out).toBe("second\n");
    await test.run("exec 5>&1");
    expect((await test.run("echo x > go; wait; echo third; echo five >&5")).out).toBe("third\n");
    expect((await test.run("echo fourth")).out).toBe("fourth\n");
    await expect.poll(() => test.late.get(first.id)).toBe("x\nlate\n");
  });

  it("leaves no daemon behind its session [A28] [S1-42]", async () => {
    const test = await openSession(runtime);
    await test.run(
      "setsid env -i sh -c 'echo $$ > pid1; exec sleep 1000' & (setsid sh -c 'sleep 1000 & echo $! > pid2' &)\nuntil [[ -s pid1 && -s pid2 ]]; do :; done",
    );
    const pids = (await test.run("cat pid1 pid2")).out.trim().split("\n").map(Number);
    expect(pids.length).toBe(2);
    await test[Symbol.asyncDispose]();
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
  });

  it("takes sentinels and forged records for plain data [A06] [A08] [A10]", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      String.raw`printf 'E 000000 0 hB\n\0' > "$HOLDFAST_WORKER/status"; printf 'data: {}\n\nE x 0\n\0'; printf 'garbage\0\0' > "$HOLDFAST_WORKER/status"; (exit 7)`,
    );
    expect(await execution.ended).toMatchObject({ status: "ok", exitCode: 7 });
    expect(execution.stdout.toString()).toBe("data: {}\n\nE x 0\n\0");
  });

  it.each(["P x", "S none", "E none 0 h", "none"])(
    "ends a shell that says more and more that belongs to nothing: %s [A10]",
    async (record) => {
      await using test = await openSession(runtime);
      const flood = `printf '${record}\\n\\0%.0s' {1..100000} >flood; cat flood >$HOLDFAST_WORKER/status; sleep 100`;
      expect(await test.run(flood)).toMatchObject({ status: "lost" });
      expect(await test.run("echo back")).toMatchObject({ out: "back\n" });
    },
  );

  it("loses its session truthfully when the pipes are gone [A09] [F22]", async () => {
    await using test = await openSession(runtime, { executionTimeoutMs: 10_000 });
    expect(await test.run('rm -rf "$HOLDFAST_WORKER"')).toMatchObject({ status: "lost" });
    expect(await test.run("echo back")).toMatchObject({ status: "ok", out: "back\n" });
  });

  it("refuses a NUL in code with what was wrong, and nothing is lost", async () => {
    await using test = await openSession(runtime);
    const ran = await test.run("echo a\0b").catch((error: unknown) => error);
    expect(ran).toMatchObject({ code: "invalid_request" });
    expect(await test.run("echo fine")).toMatchObject({ out: "fine\n" });
  });

  it(
    "is one of 20 sessions x 20 at once, none mixed with another [R4.5] [S1-6] [S1-25] [S4-17]",
    { timeout: 60_000 },
    async () => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, s) => {
          await using test = await openSession(runtime);
          const runs = Array.from({ length: 20 }, (_unused, i) =>
            test.run(`n=$((n+1)); echo ${s}-${i}-$n; /bin/echo err ${s}-${i} >&2`),
          );
          for (const [i, ran] of (await Promise.all(runs)).entries()) {
            expect([ran.out, ran.err]).toEqual([`${s}-${i}-${i + 1}\n`, `err ${s}-${i}\n`]);
          }
        }),
      );
    },
  );
});

describe("a background execution of bash", () => {
  it("runs beside a busy foreground with the session's state, and has its exact end [R4.2] [S1-27] [S1-28] [S1-29] [S1-24] [S1-39]", async () => {
    await using test = await openSession(runtime);
    await test.run("x=5; a=(1 '2 3'); f() { echo \"f $1\"; }; mkdir d; cd d");
    const foreground = test.session.execute("echo busy; sleep 100");
    const background = await test.session.executeInBackground(
      'echo "$x ${a[1]} ${PWD##*/}"; f z; exit 3',
    );
    expect(background.record).toMatchObject({ status: "running", isBackground: true });
    expect(await background.ended).toMatchObject({ status: "ok", exitCode: 3 });
    expect(background.stdout.toString()).toBe("5 2 3 d\nf z\n");
    expect(foreground.hasEnded).toBe(false);
    foreground.interrupt();
    expect(await foreground.ended).toMatchObject({ status: "interrupted" });
    expect(await test.run("echo $x")).toMatchObject({ out: "5\n" });
  });

  it("starts where the session was between executions, with the variables that are given for it alone [R4.2]", async () => {
    await using test = await openSession(runtime);
    await test.run("mkdir -p d/e; cd d; export A=session B=session");
    await test.run("cd .");
    const foreground = test.session.execute("cd /; echo there; sleep 100");
    for await (const event of foreground.events()) if (event.type === "stdout") break;
    const run = async (options: { cwd?: string; env?: Record<string, string> }) => {
      const code = 'echo "${PWD##*/} $A $B"; env | grep ^A=';
      const background = await test.session.executeInBackground(code, options);
      await background.ended;
      return background.stdout.toString();
    };
    expect(await run({})).toBe("d session session\nA=session\n");
    expect(await run({ cwd: "e", env: { A: "it's $given" } })).toBe(
      "e it's $given session\nA=it's $given\n",
    );
    foreground.interrupt();
    await foreground.ended;
  });

  it.each(["sleep 120", "while :; do echo tick; sleep 0.01; done", "exec >&- 2>&-; sleep 120"])(
    "is found and killed at once: %s [D23] [D24] [R4.3] [R4.4] [S1-32] [S1-36]",
    async (code) => {
      await using test = await openSession(runtime);
      const background = await test.session.executeInBackground(code);
      const { pid } = background.record;
      expect(await isAlive(pid ?? 0)).toBe(true);
      await test.session.execution(background.id).kill();
      expect(await background.ended).toMatchObject({
        status: "lost",
        signal: "SIGKILL",
        sessionState: "kept",
      });
      expect(await isAlive(pid ?? 0)).toBe(false);
      await background.kill().catch(() => {}); // a second one changes nothing
    },
  );

  it(
    "is there and can be killed at 0, 1.4, 2.3 and 5 s, silent, ticking or with its output closed [D23] [R4.3] [S1-30] [S1-33] [S1-34]",
    { timeout: 60_000 },
    async () => {
      await using test = await openSession(runtime);
      const kill = async (code: string, afterMs: number) => {
        const { id, record, ended } = await test.session.executeInBackground(code);
        await new Promise((done) => setTimeout(done, afterMs)); // the time is what is tested
        expect(test.session.execution(id).record.status).toBe("running");
        expect(await isAlive(record.pid ?? 0)).toBe(true);
        await test.session.execution(id).kill();
        expect(await ended).toMatchObject({ status: "lost", signal: "SIGKILL" });
      };
      const ticking = "while :; do echo tick; sleep 0.1; done";
      const codes = ["sleep 120", ticking, "exec >&- 2>&-; sleep 120"];
      const delays = [0, 1_400, 2_300, 5_000];
      await Promise.all(codes.flatMap((code) => delays.map((afterMs) => kill(code, afterMs))));
    },
  );

  it("takes live input and its end [R2.5]", async () => {
    await using test = await openSession(runtime);
    const background = await test.session.executeInBackground("cat; echo end", {
      allowInput: true,
    });
    await background.write("a\n");
    await background.write("b", { close: true });
    await background.ended;
    expect(background.stdout.toString()).toBe("a\nbend\n");
  });

  it("dies with its session [R4.2]", async () => {
    const test = await openSession(runtime);
    const background = await test.session.executeInBackground("sleep 1000");
    await test[Symbol.asyncDispose]();
    expect(await isAlive(background.record.pid ?? 0)).toBe(false);
    expect((await background.ended).status).toBe("lost");
  });
});
