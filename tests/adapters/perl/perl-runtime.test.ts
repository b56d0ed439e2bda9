import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Host, Session } from "@holdfast/core";
import { expectNothingLeaked, outputUntil } from "@holdfast/harness";
import { sessionTest } from "@holdfast/harness/vitest";
import { describe, expect, test as plainTest, vi } from "vitest";
import { has } from "../../support/requires.ts";
import { perlRuntime } from "./perl-runtime.ts";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const test = sessionTest({ runtime: perlRuntime, env });

async function run(session: Session, code: string) {
  const execution = session.execute(code);
  const record = await execution.ended;
  return { ...record, out: execution.stdout.toString(), err: execution.stderr.toString() };
}

describe.skipIf(!has("perl"))("a session in Perl", () => {
  test("keeps package variables, subroutines, and what was loaded [R9.7]", async ({ session }) => {
    await run(session, "%ages = (cat => 7); sub twice { 2 * shift } use POSIX 'floor';");
    const { out } = await run(session, 'printf "%d %d", twice($ages{cat}), floor(1.9)');
    expect(out).toBe("14 1");
  });

  test("tells an error as Perl does, and goes on", async ({ session }) => {
    const { status, error, err } = await run(session, "1 / 0 * $nothing");
    expect({ status, error, err }).toMatchObject({
      status: "error",
      error: { name: "die", message: expect.stringMatching(/^Illegal division by zero at \(eval/) },
      err: "",
    });
    expect(await run(session, "print 'on'")).toMatchObject({ status: "ok", out: "on" });
  });

  test("sees none of the worker's own variables", async ({ session }) => {
    const { out } = await run(
      session,
      'print defined $channel ? "seen" : "", $own // "", $id // ""',
    );
    expect(out).toBe("");
  });

  test("survives a fork that comes to the end of the code", async ({ session }) => {
    await run(session, "our $child = fork");
    const { out } = await run(session, "waitpid $child, 0; print $child > 0 ? 'one' : 'two'");
    expect(out).toBe("one");
  });

  test("is interrupted in a loop, and in a call that waits [R1.7]", async ({ session }) => {
    for (const code of ["1 while 1", "sleep 1000", "system 'sleep 1000'; 1 while 1"]) {
      const execution = session.execute(`print "ready"; ${code}`);
      await outputUntil(execution, "ready");
      execution.interrupt();
      expect(await execution.ended, code).toMatchObject({ status: "interrupted" });
    }
  });

  test("ends one that sends what is no frame, and begins another [F07]", async ({ session }) => {
    const forge = "open my $c, '>&=', 4; syswrite $c, \"\\xff\" x 100; sleep 1000";
    expect(await run(session, forge)).toMatchObject({ status: "lost", signal: "SIGKILL" });
    expect(await run(session, "print 'on'")).toMatchObject({ status: "ok", out: "on" });
  });

  test("believes no message about another execution [F11]", async ({ session }) => {
    const forge =
      "open my $c, '>&=', 4; syswrite $c, pack 'NCa*', 10, 0, 'another ok'; print 'mine'";
    expect(await run(session, forge)).toMatchObject({ status: "ok", out: "mine" });
  });

  test("has its place in a host, and leaves nothing behind [R9.6]", async () => {
    await expectNothingLeaked(async () => {
      await using host = new Host({ runtimes: [perlRuntime], env });
      const { session } = await host.create({ runtime: "perl" });
      expect(await run(session, "print $^V")).toMatchObject({ status: "ok" });
    });
  });
});

plainTest("perlRuntime says what to install where there is no Perl", async () => {
  vi.stubEnv("PATH", "/nowhere");
  const info = await perlRuntime.inspect().finally(() => vi.unstubAllEnvs());
  expect(info).toMatchObject({ isAvailable: false, install: expect.stringContaining("perl") });
});

plainTest(
  "the adapter is one of an afternoon: under 150 lines, as docs/adapters.md counts them",
  () => {
    const lines = (name: string) =>
      readFileSync(join(import.meta.dirname, name), "utf8").split("\n").length - 1;
    const [perl, host] = [lines("worker.pl"), lines("perl-runtime.ts")];
    expect(perl + host).toBeLessThan(150);
    const docs = readFileSync(join(import.meta.dirname, "../../../docs/adapters.md"), "utf8");
    expect(docs).toContain(`${perl} lines of Perl and ${host} of TypeScript`);
    expect(docs).toContain(`has ${lines("perl-language.ts")} lines`);
  },
);
