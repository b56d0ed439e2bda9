import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LiveServer, startServer } from "../support/live-server.ts";
import { holdfast } from "./holdfast.ts";
import { keys, paste, startTerminal } from "./terminal.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "command-repl-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (args: readonly string[], dataDirectory = folder) =>
  startTerminal(args, { HOLDFAST_DATA_DIR: dataDirectory });

const line = (text: string) => `${text}${keys.enter}`;

describe("holdfast repl", () => {
  it("runs what is typed and keeps the state; a block ends with a blank line; Ctrl-D ends it", async () => {
    await using terminal = start(["repl"]);
    await terminal.sees("Ctrl-D ends it.");
    await terminal.sees(">>> ");
    terminal.type(line("x = 20"));
    await terminal.sees(">>> ");
    terminal.type(line("for i in range(2):") + line("    print(i + x)") + keys.enter);
    await terminal.sees("... ");
    await terminal.sees("20\n21\n");
    await terminal.sees(">>> ");
    terminal.type(line("print('no line break', end='')"));
    await terminal.sees("no line break\n");
    await terminal.sees(">>> ");
    terminal.type(keys.end);
    expect(await terminal.exitCode).toBe(0);
  });

  it("Ctrl-C drops what was typed, and interrupts what runs; the state is kept", async () => {
    await using terminal = start(["repl"]);
    await terminal.sees(">>> ");
    terminal.type("half" + keys.interrupt);
    await terminal.sees("^C\n");
    await terminal.sees(">>> ");
    terminal.type(line("x = 1; import time; print('go' + 'ing'); time.sleep(100)"));
    await terminal.sees("going");
    terminal.type(keys.interrupt);
    await terminal.sees("KeyboardInterrupt");
    await terminal.sees(">>> ");
    terminal.type(line("x + 41"));
    await terminal.sees("42\n");
  });

  it("the third Ctrl-C in a row ends a worker that takes none", async () => {
    await using terminal = start(["repl"]);
    await terminal.sees(">>> ");
    terminal.type(
      paste(
        "while True:\n  try:\n    import time; print('on'); time.sleep(100)\n  except BaseException: pass\n",
      ),
    );
    terminal.type(keys.enter);
    await terminal.sees("on\n");
    terminal.type(keys.interrupt);
    await terminal.sees("on\n");
    terminal.type(keys.interrupt);
    await terminal.sees("Ctrl-C once more ends the worker");
    terminal.type(keys.interrupt);
    await terminal.sees("its state is gone]");
    await terminal.sees(">>> ");
  });

  it("asks for input() and for passwords, which are not shown and not remembered", async () => {
    const data = join(folder, "secrets");
    await using terminal = start(["repl"], data);
    await terminal.sees(">>> ");
    terminal.type(line("name = input('na' + 'me? ')"));
    await terminal.sees("name? ");
    terminal.type(line("Ada"));
    await terminal.sees(">>> ");
    terminal.type(line("import getpass; p = getpass.getpass()"));
    await terminal.sees("Password: ");
    terminal.type(line("hunter2"));
    await terminal.sees(">>> ");
    terminal.type(line("(name, len(p))"));
    await terminal.sees("('Ada', 7)");
    expect(terminal.raw).not.toContain("hunter2");
    const history = join(data, "history/python");
    const lines = readFileSync(history, "utf8").split("\n");
    expect(lines).toEqual([
      "name = input('na' + 'me? ')",
      "import getpass; p = getpass.getpass()",
      "(name, len(p))",
      "",
    ]);
    expect(statSync(history).mode & 0o777).toBe(0o600);
    terminal.type(keys.end);
    await terminal.exitCode;

    await using later = start(["repl"], data);
    await later.sees(">>> ");
    later.type(keys.up + keys.up + keys.up);
    await later.sees("name = input('na' + 'me? ')");
  });

  it("completes by Tab: names from the session, files in bash, four spaces at the beginning of a line", async () => {
    await using python = start(["repl"]);
    await python.sees(">>> ");
    python.type(line("a_long_name = 41"));
    await python.sees(">>> ");
    python.type("a_long");
    await python.sees("a_long");
    python.type(keys.tab);
    await python.sees("_name");
    python.type(line(" + 1"));
    await python.sees("42\n");
    await python.sees(">>> ");
    python.type(line("if True:"));
    await python.sees("... ");
    python.type(keys.tab);
    await python.sees("    ");
    python.type(line("print('ind' + 'ented')") + keys.enter);
    await python.sees("indented\n");

    await using bash = start(["repl", "bash"]);
    await bash.sees("$ ");
    bash.type("cat /etc/hostn");
    await bash.sees("hostn");
    bash.type(keys.tab);
    await bash.sees("ame");
  });

  it("a paste of several lines is run as a whole, when Enter says so, with its tabs", async () => {
    await using terminal = start(["repl"]);
    await terminal.sees(">>> ");
    terminal.type(paste("def f():\n\tx = 1\n\n\treturn x + 1\n\nprint('f' + '() is', f())"));
    await terminal.sees("print('f' + '() is', f())");
    terminal.type(keys.enter);
    await terminal.sees("f() is 2\n");
  });

  it("bash: what is typed while it runs is its input; Ctrl-D ends that; exit ends the prompt with its code", async () => {
    await using terminal = start(["repl", "bash"]);
    await terminal.sees("$ ");
    terminal.type(line("printf 'name%s ' '?'; read -r n; echo \"<$n>\""));
    await terminal.sees("name? ");
    terminal.type(line("Ada"));
    await terminal.sees("<Ada>\n");
    await terminal.sees("$ ");
    terminal.type(line("for i in a b; do") + line('echo "<$i>"; done'));
    await terminal.sees("<a>\n<b>\n");
    await terminal.sees("$ ");
    terminal.type(line("echo rea'dy'; cat; echo do'ne'"));
    await terminal.sees("ready");
    terminal.type(line("through"));
    await terminal.sees("through\nthrough\n");
    terminal.type(keys.end);
    await terminal.sees("done\n");
    await terminal.sees("$ ");
    terminal.type(line("exit 7"));
    expect(await terminal.exitCode).toBe(7);
  });

  it("reads code and input from a pipe, without prompts", async () => {
    const env = { HOLDFAST_DATA_DIR: folder };
    const input = "x = 20\nfor i in range(2):\n  print(i)\n\nn = input()\nthe answer\n(n, x)";
    const python = await holdfast(["repl"], { input, env });
    expect(python).toEqual({ code: 0, stdout: "0\n1\n('the answer', 20)\n", stderr: "" });
    const bash = await holdfast(["repl", "bash"], {
      input: "if true\nthen echo a\nfi\nexit 3\n",
      env,
    });
    expect(bash).toEqual({ code: 3, stdout: "a\n", stderr: "" });
  });

  it("SIGTERM ends it with 143, also while code runs", async () => {
    const terminal = start(["repl", "bash"]);
    await terminal.sees("$ ");
    terminal.type(line("echo rea'dy'; sleep 100"));
    await terminal.sees("ready");
    await terminal[Symbol.asyncDispose]();
    expect(await terminal.exitCode).toBe(143);
  });
});

describe("holdfast attach and logs -f", () => {
  let server: LiveServer;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await startServer();
    env = { HOLDFAST_URL: server.url, HOLDFAST_DATA_DIR: folder };
    await holdfast(["create", "-r", "python", "--id", "shared"], { env });
    await holdfast(["exec", "-s", "shared", "-c", "x = 1"], { env });
  });
  afterAll(() => server.end());

  it("attach shows what others run, and others see what it does; Ctrl-D leaves the session", async () => {
    await using terminal = startTerminal(["attach", "sha"], env);
    await terminal.sees("python session shared, idle, 1 execution so far");
    await terminal.sees(">>> ");
    terminal.type(line("x += 1"));
    await terminal.sees(">>> ");
    terminal.type("half");
    await terminal.sees("half");
    await holdfast(["exec", "-s", "shared", "-c", "print('from', 'another', x)"], { env });
    await terminal.sees("another runs:");
    await terminal.sees("from another 2\n");
    await terminal.sees(">>> half");
    terminal.type(keys.interrupt + keys.end);
    expect(await terminal.exitCode).toBe(0);
    const { stdout } = await holdfast(["ps", "-q"], { env });
    expect(stdout).toBe("shared\n");
  });

  it("attach ends with the session", async () => {
    await holdfast(["create", "--id", "short"], { env });
    await using terminal = startTerminal(["attach", "short"], env);
    await terminal.sees("$ ");
    await holdfast(["kill", "short"], { env });
    await terminal.sees("The session has ended.");
    expect(await terminal.exitCode).toBe(0);
  });

  it("attach interrupts what another runs", async () => {
    await using terminal = startTerminal(["attach", "shared"], env);
    await terminal.sees(">>> ");
    const code = "import time; print('beg' + 'un'); time.sleep(100)";
    const sleeping = holdfast(["exec", "-s", "shared", "-c", code], { env });
    await terminal.sees("begun");
    terminal.type(keys.interrupt);
    expect((await sleeping).code).toBe(130);
    await terminal.sees(">>> ");
  });

  it("logs prints what was run, and -f goes on until the session ends", async () => {
    await holdfast(["create", "--id", "logged"], { env });
    await holdfast(["exec", "-s", "logged", "-c", "echo one\n(exit 3)"], { env });
    const { stdout } = await holdfast(["logs", "logged"], { env });
    expect(stdout).toMatch(
      /^\d{4}-\d\d-\d\d [\d:]{8} {2}\S+ {2}[\d.]+ m?s\n\$ echo one\n> \(exit 3\)\none\n\[exit 3\]\n$/,
    );
    const last = await holdfast(["logs", "logged", "--json"], { env });
    expect(JSON.parse(last.stdout)).toMatchObject({
      code: "echo one\n(exit 3)",
      stdout: "one\n",
      exitCode: 3,
    });

    await using terminal = startTerminal(["logs", "logged", "-f", "-n", "1"], env);
    await terminal.sees("[exit 3]");
    const fed = holdfast(["exec", "-s", "logged", "-c", "echo t'wo'; read -r x; echo $x"], {
      env,
      input: "three\n",
    });
    await terminal.sees("two\n");
    await terminal.sees("three\n");
    await fed;
    await holdfast(["kill", "logged"], { env });
    expect(await terminal.exitCode).toBe(0);
  });
});
