import { bashRuntime } from "@holdfast/adapter-bash";
import { Session, type Worker, type WorkerStartOptions } from "@holdfast/core";
import { buildRequest, eventually, expectNoLeaks, holdings } from "@holdfast/harness";
import { describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = bashRuntime();
const start: WorkerStartOptions = {
  sessionId: "copy",
  env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LANG: "C.UTF-8" },
  cwd: "/tmp",
  startTimeoutMs: 30_000,
};

async function run(worker: Worker, code: string): Promise<string> {
  const out: Buffer[] = [];
  const execution = worker.execute(buildRequest({ code }), (event) => {
    if (event.type === "stdout") out.push(Buffer.from(event.bytes));
  });
  const { exitCode, status } = await execution.ended;
  return `${Buffer.concat(out).toString()}[${status} ${exitCode}]`;
}

async function checkpoint(worker: Worker) {
  const pieces: Buffer[] = [];
  const report = await (worker.checkpoint?.(
    async (piece) => void pieces.push(Buffer.from(piece)),
  ) ?? expect.fail("no checkpoint()"));
  return { state: Buffer.concat(pieces), report };
}

async function* of(...pieces: Uint8Array[]) {
  yield* pieces;
}

/** Everything that a shell can be asked about itself. */
const look = `declare -p | grep -vE '^declare -[-aAirx]+ (BASHPID|BASH_\\w+|BASHOPTS|SHELLOPTS|COMP_WORDBREAKS|DIRSTACK|EPOCH\\w+|FUNCNAME|GROUPS|HISTCMD|HOLDFAST_WORKER|LINENO|PPID|S?RANDOM|SECONDS|_|__holdfast\\w*|PIPESTATUS|SHLVL)(=|$)'
declare -f | grep -v '^__holdfast'; alias; shopt; set -o; trap -p; umask; pwd; echo "$# $*"`;

/** Code that makes a state; what \`look\` says then must be the same in a copy. */
const states: readonly (readonly [title: string, code: string])[] = [
  ["variables", "a=1; b='x y'; c=$'line\\nline\\ttab'; d=\"it's\"; e=; declare f"],
  ["binary values", "a=$'\\x01\\x7f\\xff\\xfe'; b=$(head -c 300 /dev/urandom | tr -d '\\0')"],
  [
    "attributes",
    "declare -i n=3; declare -r r=1; declare -l low=ABC; declare -u up=abc; export E=1",
  ],
  [
    "arrays",
    "a=(1 'two three' [9]=ten); declare -A m=([k]=v ['a b']=$'c\\nd' ['']='x' 2>/dev/null); unset 'a[0]'",
  ],
  ["a name reference", "target=1; declare -n ref=target; ref=2"],
  [
    "functions",
    'f() { echo "$1"; }; g() ( cd /; pwd ); function h-1 { cat <<EOF\nx $1\nEOF\n}; export -f f',
  ],
  ["aliases", "shopt -s expand_aliases; alias ll='ls -l' q=\"echo 'a b'\""],
  ["options", "set -uo pipefail; shopt -s extglob nullglob globstar; set +h; set -f"],
  ["errexit", "set -e"],
  ["tracing", "set -x"],
  ["traps", "trap 'echo err' ERR; trap 'echo usr' USR1; trap '' HUP; trap 'echo bye' EXIT"],
  ["a DEBUG trap", "trap ': debug' DEBUG"],
  ["directory, umask and OLDPWD", "cd /usr; cd /var; umask 027"],
  ["positional parameters", "set -- 'a b' c ''"],
  ["IFS and globbing", "IFS=:; GLOBIGNORE='*.o'; set -- a:b"],
  [
    "names that shadow",
    "declare() { :; }; printf() { :; }; export -f declare; alias echo='echo hi'; read() { :; }",
  ],
  ["everything read-only", "x=1; readonly x HOME; readonly -a arr=(1 2); readonly -f 2>/dev/null"],
  ["extdebug", "shopt -s extdebug; f() { :; }"],
  ["posix", "set -o posix; x=1"],
  ["100,000 characters", "big=$(head -c 100000 /dev/zero | tr '\\0' x); lines=$(seq 1 10000)"],
];

describe.each(states)("the state of a bash with %s", (_, code) => {
  it("is the same in a fork, in a restored worker, and after going back [R7.4] [R3.1]", async () => {
    await using worker = await runtime.start(start);
    await run(worker, code);
    const { state, report } = await checkpoint(worker);
    expect(report).toMatchObject({ format: "bash", skipped: [] });
    const before = await run(worker, look);
    const { worker: forked } = (await worker.fork?.({ ...start, cwd: "/" })) ?? expect.fail();
    await using fork = forked;
    expect(await run(fork, look)).toBe(before);
    await using other = await runtime.start({ ...start, cwd: "/", env: { A: "1" } });
    await other.restore?.(of(state.subarray(0, 10), state.subarray(10)));
    expect(await run(other, look)).toBe(before);
    await run(worker, "builtin cd /; a=changed; builtin set +f; builtin umask 0");
    await worker.restore?.(of(state));
    expect(await run(worker, look)).toBe(before);
  });
});

describe("a copy of a bash session", () => {
  it("goes its own way, is a process of its own, and outlives where it came from", async () => {
    const before = holdings();
    const parent = await runtime.start(start);
    await run(parent, "x=1; f() { echo $x; }");
    const { worker } = (await parent.fork?.(start)) ?? expect.fail();
    expect(await run(worker, "x=2; f; [[ $$ == $BASHPID ]] && kill -0 $$")).toBe("2\n[ok 0]");
    expect(await run(parent, "f")).toBe("1\n[ok 0]");
    expect(worker.pid).not.toBe(parent.pid);
    await parent.stop();
    expect(await run(worker, "f; sleep 100 & kill $!; exit 7")).toBe("2\n[lost 7]");
    await worker.exited;
    await expectNoLeaks(before);
  });

  it("keeps `$?` and `$_` of the last execution, in all of them", async () => {
    await using parent = await runtime.start(start);
    await run(parent, "(exit 3) || false argument");
    const { state } = await checkpoint(parent);
    const { worker } = (await parent.fork?.(start)) ?? expect.fail();
    await using fork = worker;
    expect(await run(fork, 'echo "$? $_"')).toBe(await run(parent, 'echo "$? $_"'));
    void state;
  });

  it("names what it does not have: children and descriptors", async () => {
    await using parent = await runtime.start(start);
    await run(parent, "sleep 100 & exec 7</etc/passwd");
    const { worker, skipped } = (await parent.fork?.(start)) ?? expect.fail();
    await using fork = worker;
    expect(await run(fork, "true <&7")).toBe("[ok 1]");
    expect(skipped).toEqual([
      {
        name: expect.stringMatching(/^process \d+$/),
        reason: expect.stringContaining("not copied"),
      },
      { name: "descriptor 7", reason: expect.stringContaining("/etc/passwd") },
    ]);
  });

  it("may be asked for between many executions, which stay as fast and as true", async () => {
    await using worker = await runtime.start(start);
    for (let i = 1; i <= 30; i++) {
      expect(await run(worker, "echo $((++n))")).toBe(`${i}\n[ok 0]`);
      const { state } = await checkpoint(worker);
      if (i % 5 === 0) await worker.restore?.(of(state));
    }
  });

  const invalid: readonly (readonly [string, (state: Buffer) => Buffer])[] = [
    ["nothing", () => Buffer.alloc(0)],
    ["something else", () => Buffer.from("\x80\x04N.")],
    [
      "of another version of bash",
      (state) =>
        Buffer.from(state.toString("latin1").replace(/"bash":"[^"]*"/, '"bash":"3.1"'), "latin1"),
    ],
    ["unfinished", (state) => Buffer.concat([state, Buffer.from("\nx='")])],
  ];
  it.each(invalid)(
    "is refused when it is %s, and the session is as before [R7.3]",
    async (_, change) => {
      await using worker = await runtime.start(start);
      await run(worker, "x=1");
      const { state } = await checkpoint(worker);
      await run(worker, "x=2");
      await expect(worker.restore?.(of(change(state)))).rejects.toMatchObject({
        code: "checkpoint_invalid",
      });
      expect(await run(worker, "echo $x $$")).toBe(`2 ${worker.pid}\n[ok 0]`);
    },
  );
});

describe("a transaction in bash [R8.3] [D12]", () => {
  const change =
    "x=2; m[k]=w; f() { echo new; }; cd /usr; export E=2; umask 0; set -f; alias a=b; trap 'echo t' USR1";
  const failures: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
    ["fails", "false", { status: "ok", exitCode: 1 }],
    ["exits", "exit 3", { status: "lost", exitCode: 3 }],
    ["is killed", "kill -9 $$", { status: "lost", signal: "SIGKILL" }],
    ["times out", "while :; do :; done", { status: "timeout" }],
    ["times out and does not care", "trap '' INT TERM; while :; do :; done", { status: "timeout" }],
    ["has a fatal error", "set -u; echo $unset", {}],
  ];
  it.each(failures)("that %s leaves no trace", async (_, end, expected) => {
    await using test = await openSession(runtime, { interruptGraceMs: 200, terminateGraceMs: 100 });
    await test.run("x=1; declare -A m=([k]=v); f() { echo old; }; export E=1; cd /var");
    const before = (await test.run(look)).out;
    const ran = await test.run(`echo said; ${change}\n${end}`, {
      onError: "rollback",
      timeoutMs: 1_000,
    });
    expect(ran).toMatchObject({
      ...expected,
      out: "said\n",
      sessionState: "restored",
    });
    expect((await test.run(look)).out).toBe(before);
  });

  it("that comes to a good end is as any execution, and background executions live through a rollback", async () => {
    await using test = await openSession(runtime);
    const background = await test.session.executeInBackground("sleep 100");
    const { pid } = test.session;
    await test.run("x=1", { onError: "rollback" });
    await test.run("x=2; false", { onError: "rollback" });
    expect([(await test.run("echo $x")).out, test.session.pid]).toEqual(["1\n", pid]);
    expect(background.record.status).toBe("running");
  });
});

it("Session.fork() of a bash gives sessions in every respect [R3.3]", async () => {
  await using session = await Session.open({ runtime, env: start.env, cwd: "/tmp" });
  await session.execute('list=(a b c); greet() { echo "hi $1"; }').ended;
  const { sessions } = await session.fork(["one", "two"]);
  for (const fork of sessions) {
    const execution = fork.execute('greet "${list[*]}"');
    await execution.ended;
    expect(execution.stdout.toString()).toBe("hi a b c\n");
  }
  process.kill(sessions[0]?.pid ?? 0, "SIGKILL");
  await eventually(() => sessions[0]?.status === "lost", { what: "the end of the first" });
  expect([session.status, sessions[1]?.status]).toEqual(["idle", "idle"]);
  await Promise.all(sessions.map((fork) => fork.close()));
});
