import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The least that can be done: commands in, statuses out, over two pipes. */
export interface RawLoop {
  /** Runs a command or an expression and answers what came back. */
  run(code: string): Promise<string>;
  close(): void;
}

/** A read/eval loop in bash, without output capture, sessions or anything else of ours. */
export function rawBash(): RawLoop {
  const script = String.raw`while IFS= read -r -d '' -u 3 c; do eval "$c"; printf '%s\0' "$?" >&4; done`;
  return rawLoop("bash", ["--norc", "--noprofile", "-c", script], "\0");
}

/**
 * The same loop with what exact output of each command takes: a FIFO for each stream, opened for the command and let go
 * of behind it, and no descriptor that the command could inherit.
 */
export function rawBashWithFifos(): RawLoop {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const [cmd, out, err, status] = ["cmd", "out", "err", "status"].map((name) => join(folder, name));
  execFileSync("mkfifo", [cmd, out, err, status] as string[]);
  const script = String.raw`cd ${folder}; while IFS= read -r -d '' c <cmd; do
    exec </dev/null >out 2>err; eval "$c"; s=$?; exec </dev/null >/dev/null 2>&1; printf '%s\0' "$s" >status; done`;
  const open = (path: string | undefined) =>
    openSync(path as string, constants.O_RDWR | constants.O_NONBLOCK);
  const fds = [cmd, out, err].map(open);
  const child = spawn("bash", ["--norc", "--noprofile", "-c", script], {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const output = new Socket({ fd: open(status), readable: true, writable: false });
  let answer: ((text: string) => void) | null = null;
  output.on("data", (chunk: Buffer) => answer?.(chunk.toString("latin1")));
  return {
    run: (code) =>
      new Promise((resolve) => {
        answer = resolve;
        writeSync(fds[0] as number, `${code}\0`);
      }),
    close: () => {
      child.kill("SIGKILL");
      output.destroy();
      for (const fd of fds) closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  };
}

/** A read/eval loop in Python that answers the `repr`. */
export function rawPython(): RawLoop {
  const script = `
import os
names = {}
while True:
    code = os.read(3, 65536)
    if not code: break
    os.write(4, repr(eval(compile(code, "<cell>", "eval"), names)).encode())`;
  return rawLoop("python3", ["-I", "-S", "-c", script], "");
}

function rawLoop(command: string, args: readonly string[], end: string): RawLoop {
  const child = spawn(command, args, {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
  });
  const input = child.stdio[3] as Socket;
  const output = child.stdio[4] as Socket;
  let answer: ((text: string) => void) | null = null;
  output.on("data", (chunk: Buffer) => answer?.(chunk.toString("latin1")));
  return {
    run: (code) =>
      new Promise((resolve) => {
        answer = resolve;
        input.write(code + end);
      }),
    close: () => void child.kill("SIGKILL"),
  };
}
