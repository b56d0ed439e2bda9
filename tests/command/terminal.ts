import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { environment, holdfastWords } from "./holdfast.ts";

/** A `holdfast` in a terminal of its own. Dispose of it to end it. */
export interface Terminal extends AsyncDisposable {
  /** Presses keys: `\r` is Enter, `\t` Tab, `\x03` Ctrl-C, `\x04` Ctrl-D. */
  type(keys: string): void;
  /** Waits until a text is on the screen behind what was seen last, and answers what came before it. Lines end with `\n`. */
  sees(text: string): Promise<string>;
  /** Everything so far, with its control sequences. */
  readonly raw: string;
  readonly exitCode: Promise<number>;
}

export const keys = {
  enter: "\r",
  tab: "\t",
  up: "\u001B[A",
  interrupt: "\u0003",
  end: "\u0004",
} as const;

/** A text as a terminal pastes it. */
export function paste(text: string): string {
  return `\u001B[200~${text.replaceAll("\n", "\r")}\u001B[201~`;
}

const unfinished = new RegExp(String.raw`\u001B[^A-Za-z]*$`);

// A bound against hanging, as that of a test.
const silenceMs = 15_000;

/** Runs the built `holdfast` in a pseudo-terminal of 100 by 40. */
export function startTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Terminal {
  const script = join(import.meta.dirname, "in_terminal.py");
  const child = spawn("python3", [script, ...holdfastWords, ...args], {
    env: environment({ TERM: "xterm-256color", ...env }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let raw = "";
  let seen = 0;
  let notify = () => {};
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    raw += chunk;
    notify();
  });
  void exited.then(() => notify());
  child.stdin.on("error", () => {}); // it may have ended
  const sees = async (text: string): Promise<string> => {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      notify = resolve;
      const { length } = raw;
      // A sequence whose rest is on its way is not to be seen, either.
      const whole = raw.replace(unfinished, "");
      const shown = stripVTControlCharacters(whole).replaceAll("\r", "");
      const at = shown.indexOf(text, seen);
      if (at !== -1) {
        const before = shown.slice(seen, at);
        seen = at + text.length;
        return before;
      }
      if (child.exitCode !== null || child.signalCode !== null) notify();
      const silence = setTimeout(resolve, silenceMs);
      await promise;
      clearTimeout(silence);
      if (raw.length === length)
        throw new Error(
          `${JSON.stringify(text)} was not seen; ${JSON.stringify(shown.slice(seen))}`,
        );
    }
  };
  return {
    type: (typed) => void child.stdin.write(typed),
    sees,
    get raw() {
      return raw;
    },
    exitCode: exited.then(([code]) => code ?? -1),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
