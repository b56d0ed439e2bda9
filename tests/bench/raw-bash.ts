import { spawn } from "node:child_process";
import type { Socket } from "node:net";

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
