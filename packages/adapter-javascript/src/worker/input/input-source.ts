import { dirname, join } from "node:path";
import { type Execution, currentExecution } from "../execution.ts";
import { isNothing, open } from "../output/output-lane.ts";
import {
  O_RDONLY,
  allocate,
  bytesSet,
  bytesSubarray,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "../primordials.ts";
import type { Questions } from "./questions.ts";

const readBytes = 64 * 1024;
const newline = 10;

/**
 * Standard input of one execution: what descriptor 0 has, which children and native code read too, then, where that is allowed,
 * what the session is asked for.
 */
export class InputSource {
  readonly #execution: Execution | null;
  readonly #questions: Questions;
  /** Read ahead for a line. */
  #held: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  constructor(execution: Execution | null, questions: Questions) {
    this.#execution = execution;
    this.#questions = questions;
  }

  /** Bytes that are there, `null` when only a question can give more. */
  readNow(): Uint8Array | null {
    if (this.#held.byteLength > 0) {
      const held = this.#held;
      this.#held = new Uint8Array(0);
      return held;
    }
    if (this.#execution !== currentExecution()) return null; // descriptor 0 is another's
    const bytes = allocate(readBytes);
    let length = 0;
    try {
      length = readSync(0, bytes, 0, readBytes, null);
    } catch {
      // Closed, or a directory: there is nothing.
    }
    return length === 0 ? null : bytesSubarray(bytes, 0, length);
  }

  get canAsk(): boolean {
    const execution = this.#execution;
    return (
      !this.#isAtEnd &&
      execution !== null &&
      execution.allowInput &&
      execution === currentExecution()
    );
  }

  /** A line that is there, without its end. `null`: none, and what there is in front of the end is a line too. */
  readLineNow(): string | null {
    for (;;) {
      const end = this.#held.indexOf(newline);
      if (end >= 0) {
        const line = bytesSubarray(this.#held, 0, end);
        this.#held = bytesSubarray(this.#held, end + 1);
        return textOf(line).replace(/\r$/, "");
      }
      const held = this.#held;
      this.#held = new Uint8Array(0);
      const more = this.readNow();
      if (more === null) return held.byteLength === 0 ? null : textOf(held);
      const joined = allocate(held.byteLength + more.byteLength);
      bytesSet(joined, held, 0);
      bytesSet(joined, more, held.byteLength);
      this.#held = joined;
    }
  }

  /** `null` at the end of the input. */
  async ask(prompt: string, isPassword: boolean): Promise<string | null> {
    const answer = await this.#questions.ask(this.#execution as Execution, prompt, isPassword);
    this.#isAtEnd = answer === null;
    return answer;
  }

  askAndWait(prompt: string, isPassword: boolean): string | null {
    const answer = this.#questions.askAndWait(this.#execution as Execution, prompt, isPassword);
    this.#isAtEnd = answer === null;
    return answer;
  }
}

/** Of what descriptor 0 was pointed at last. */
let lastInode = -1;

/** Points descriptor 0 at what was given, or at nothing. */
export function attachInput({ stdin, stdoutPath }: Execution): void {
  if (stdin !== null && stdin.byteLength > 0) {
    const path = join(dirname(stdoutPath), "stdin");
    writeFileSync(path, stdin, { mode: 0o600 });
    open(path, O_RDONLY, 0, lastInode);
    lastInode = statSync(path).ino;
    unlinkSync(path);
  } else if (!isNothing(0)) {
    open("/dev/null", O_RDONLY, 0, lastInode);
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
