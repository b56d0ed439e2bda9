import { tmpdir } from "node:os";
import { bashRuntime } from "@holdfast/adapter-bash";
import { describe, expect, it } from "vitest";
import { isAlive, openSession } from "../support/session-run.ts";

const runtime = bashRuntime();

/** What each run must print, in one session, in order: code, stdout, exit code. */
type Script = readonly (readonly [code: string, stdout: string, exitCode?: number])[];

const kept: Readonly<Record<string, Script>> = {
  "the directory [R3.1] [S1-22]": [
    ["mkdir a; cd a", ""],
    ['echo "${PWD##*/}"', "a\n"],
  ],
  "variables, plain and exported [R3.1] [S1-22]": [
    ["x=1; export y=2", ""],
    ["echo $x $y; bash -c 'echo [$x] $y'", "1 2\n[] 2\n"],
  ],
  "functions [R3.1] [S1-22]": [
    ['greet() { echo "hi $1"; }', ""],
    ["greet you", "hi you\n"],
  ],
  "arrays and associative arrays [R3.1]": [
    ["a=(1 'b c' 3); declare -A m=([k]='v w')", ""],
    ['echo "${#a[@]} ${a[1]} ${m[k]}"', "3 b c v w\n"],
  ],
  "aliases, when they are switched on [R3.1]": [
    ["shopt -s expand_aliases; alias ll='echo listed'", ""],
    ["ll", "listed\n"],
  ],
  "options and shopt [R3.1]": [
    ["set -f; shopt -s nullglob", ""],
    ["echo *; shopt nullglob", "*\nnullglob       \ton\n"],
  ],
  "traps, which are the user's own [R4.1]": [
    ["trap 'echo usr1' USR1", ""],
    ["kill -USR1 $$", "usr1\n"],
    ["trap 'echo failed' ERR; false; true", "failed\n"],
    ["false", "failed\n", 1],
    ["trap - ERR; false", "", 1],
  ],
  "the DEBUG trap, which sees nothing of ours [R4.1]": [
    ["trap 'echo \"dbg $BASH_COMMAND\"' DEBUG", ""],
    ["echo a", "dbg echo a\na\n"],
  ],
  "$? and $_ [R4.1]": [
    ["false a b", "", 1],
    ["echo $?", "1\n"],
    ["echo x y z", "x y z\n"],
    ["echo $_", "z\n"],
  ],
  "positional parameters and umask [R3.1]": [
    ["set -- p 'q r'; umask 027", ""],
    ['echo "$# $2"; umask', "2 q r\n0027\n"],
  ],
};

const survived: Script = [
  ["if true", "", 2],
  ["echo 'abc", "", 2],
  ["echo $(", "", 2],
  ["cat <<EOF\nhi", "hi\n"],
  ["echo a # a comment at the end", "a\n"],
  ["#!/bin/sh\necho b", "b\n"],
  ["echo one \\\n two", "one two\n"],
  ['return 3; echo "still $?"', "still 2\n"],
  ["echo $((1/0))\necho next", "next\n"],
  ["exec >/dev/null; echo hidden", ""],
  ["exec 1>&- 2>&- 0<&-", ""],
  ["echo visible", "visible\n"],
  ["", ""],
  ["break", undefined as never],
  ["echo alive", "alive\n"],
];

const fatal: Script = [
  ["v=1; set -euo pipefail; v=2; false; v=3", "", 1],
  ["echo $v $-", "2 ehuB\n"],
  ["f() { v=4; false; v=5; }; f; v=6", "", 1],
  ["echo $v; false | true; echo no", "4\n", 1],
  ["echo $unset_variable; echo no", "", 1],
  ["set +eu; echo $v", "4\n"],
  [": ${missing:?is missing}; echo no", "", 1],
  ["declare -f f >/dev/null; echo kept $? $v", "kept 0 4\n"],
];

describe("a bash session", () => {
  it.each(Object.entries(kept))("keeps %s", async (_name, script) => {
    await using test = await openSession(runtime);
    for (const [code, stdout, exitCode = 0] of script) {
      const ran = await test.run(code);
      if (stdout === undefined) continue;
      expect({ code, status: ran.status, out: ran.out, exitCode: ran.exitCode }).toEqual({
        code,
        status: "ok",
        out: stdout,
        exitCode,
      });
    }
  });

  it("answers promptly and lives on after text that is no complete command, and after lost streams [D25] [F12]", async () => {
    await using test = await openSession(runtime);
    await test.run("kept=yes");
    for (const [code, stdout, exitCode = 0] of survived) {
      const ran = await test.run(code);
      expect(ran.status, code).toBe("ok");
      if (stdout !== undefined)
        expect({ code, out: ran.out, exitCode: ran.exitCode }).toEqual({
          code,
          out: stdout,
          exitCode,
        });
    }
    expect(await test.run("echo $kept $$")).toMatchObject({ out: `yes ${test.session.pid}\n` });
  });

  it("keeps its state over errors that end a script [R4.1]", async () => {
    await using test = await openSession(runtime);
    const { pid } = test.session;
    for (const [code, stdout, exitCode = 0] of fatal) {
      const ran = await test.run(code);
      expect({ code, status: ran.status, out: ran.out, exitCode: ran.exitCode }).toEqual({
        code,
        status: "ok",
        out: stdout,
        exitCode,
      });
    }
    expect(test.session.pid).toBe(pid);
  });

  it.each([
    ["exit 3", 3, null],
    ["exit", 0, null],
    ["f() { exit 9; }; f; echo no", 9, null],
    ["exec true", 0, null],
    ["exec sh -c 'exit 5'", 5, null],
    ["kill -9 $$", null, "SIGKILL"],
    ["kill -TERM $$; sleep 5", null, "SIGTERM"],
  ] as const)(
    "is lost with the exact end after `%s`, and the next execution works [F14] [F15] [D7]",
    async (code, exitCode, signal) => {
      await using test = await openSession(runtime);
      await test.run("x=1");
      const ran = await test.run(`echo before; ${code}`);
      expect(ran).toMatchObject({
        status: "lost",
        exitCode,
        signal,
        sessionState: "lost",
        out: "before\n",
      });
      expect(await test.run("echo [$x]")).toMatchObject({ status: "ok", out: "[]\n" });
      expect(test.session.restarts).toBe(1);
    },
  );

  it("runs the user's EXIT trap when the shell really ends, not before [R4.1]", async () => {
    await using test = await openSession(runtime);
    expect(await test.run("trap 'echo bye $?' EXIT")).toMatchObject({ out: "" });
    expect(await test.run("set -e; false")).toMatchObject({ status: "ok", out: "", exitCode: 1 });
    expect(await test.run("exit 4")).toMatchObject({ status: "lost", out: "bye 4\n", exitCode: 4 });
  });

  it("shows nothing of ours but names of one prefix [R4.1]", async () => {
    await using test = await openSession(runtime);
    const { out } = await test.run("set -o posix; set; declare -F; set +o posix; env");
    const ours = out
      .split("\n")
      .filter((line) => /holdfast/i.test(line) && !/__holdfast_|^HOLDFAST_WORKER=/.test(line));
    expect(
      ours.filter((line) => /^\w+=/.test(line) && !/^(?:_|BASH_\w+|PWD|OLDPWD|HOME)=/.test(line)),
    ).toEqual([]);
    expect(
      (await test.run("env")).out.split("\n").filter((line) => /holdfast/i.test(line)).length,
    ).toBe(1);
  });

  it("does not load what is planted for its start [A30]", async () => {
    await using test = await openSession(runtime, {
      env: { BASH_ENV: "/dev/stdin", ENV: "/x", PS4: "p " },
    });
    expect(await test.run("echo ${BASH_ENV}; echo ok")).toMatchObject({ out: "/dev/stdin\nok\n" });
  });

  it("runs several MB of code as typed [R4.1]", async () => {
    await using test = await openSession(runtime);
    const ran = await test.run(`v='${"x".repeat(3_000_000)}'\necho \${#v} "$?"`);
    expect(ran.out).toBe("3000000 0\n");
  });

  it.each([
    ["DEBUG", 100_000],
    ["DEBUG", 3_000_000],
    ["EXIT", 100_000],
  ])("keeps a trap for %s of %i characters, and runs on [F10]", async (signal, length) => {
    await using test = await openSession(runtime);
    const trap = `: ${"é".repeat(length / 2)}`;
    expect((await test.run(`trap '${trap}' ${signal}`)).status).toBe("ok");
    expect((await test.run("echo hi")).out).toBe("hi\n");
    expect((await test.run(`trap -p ${signal}`)).out).toBe(`trap -- '${trap}' ${signal}\n`);
  });

  it("shares files and processes with another session, which sees and kills what it started [R4.7] [R3.3] [S1-4] [S1-5] [S1-35]", async () => {
    await using one = await openSession(runtime);
    await using other = await openSession(runtime);
    const background = await one.session.executeInBackground("echo there > file; exec sleep 1000");
    const job = (await one.run("until [[ -s file ]]; do :; done; sleep 1000 & echo $!")).out.trim();
    const code = `cat ${one.directory}/file; for p in /proc/[0-9]*; do echo "\${p##*/}"; done`;
    const seen = (await other.run(code)).out.split("\n");
    expect(seen).toEqual(expect.arrayContaining(["there", job, String(background.record.pid)]));
    await other.run(`kill ${job} ${background.record.pid}`);
    await expect.poll(() => isAlive(Number(job))).toBe(false);
    expect(await background.ended).toMatchObject({ status: "lost", signal: "SIGTERM" });
  });

  it("shares no variable, function, alias or directory with another session [R4.7] [S1-1] [S1-2] [S1-3]", async () => {
    await using one = await openSession(runtime);
    await using other = await openSession(runtime);
    await one.run("x=1; f() { :; }; cd /usr; export E=1; alias ll=ls");
    expect(await other.run('echo "[$x$E]"; type f 2>/dev/null; alias; pwd')).toMatchObject({
      out: `[]\n${other.directory}\n`,
    });
  });

  it("outlives a fatal error behind a trap for EXIT, which runs as at the end of a script [R4.1]", async () => {
    await using test = await openSession(runtime);
    const header =
      "set -euo pipefail; x=kept; trap 'echo cleaning $?' EXIT; ls /none; echo not reached";
    expect(await test.run(header)).toMatchObject({
      exitCode: 2,
      out: "cleaning 2\n",
      sessionState: "kept",
    });
    expect((await test.run('echo "$x"; trap -p EXIT')).out).toBe("kept\n");
  });
});

describe("a session whose private folder user code has removed", () => {
  it.each([
    ["a short line", "echo hi"],
    ["a long one", `echo hi # ${"x".repeat(1_000)}`],
  ])("is lost at the next need of it, and goes on in a fresh worker: %s [A26]", async (_, code) => {
    await using test = await openSession(runtime, { startTimeoutMs: 5_000 });
    await test.run(`rm -rf ${tmpdir()}/holdfast-${process.pid}-*`);
    const runs = [await test.run(code), await test.run(code)];
    expect(
      runs.map(({ status }) => status).filter((status) => status !== "ok").length,
    ).toBeLessThan(2);
    expect(runs.at(-1)).toMatchObject({ status: "ok", out: "hi\n" });
  });
});
