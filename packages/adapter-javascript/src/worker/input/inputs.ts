import { currentExecution, type Execution } from "../execution.ts";
import type { Outputs } from "../output/outputs.ts";
import { defineProperty, getOwnPropertyDescriptor } from "../primordials.ts";
import { InputSource, attachInput } from "./input-source.ts";
import { InputStream } from "./input-stream.ts";
import type { Questions } from "./questions.ts";

/** Options of the global `input()`. */
interface InputOptions {
  /** Whether what is typed must not be shown. @default false */
  readonly password?: boolean;
}

/** `process.stdin`, `input()` and `prompt()`. */
export class Inputs {
  readonly #questions: Questions;
  readonly #outputs: Outputs;
  #source: InputSource | null = null;
  #stream: InputStream | null = null;
  readonly #getStream = () => (this.#stream ??= new InputStream(this.#now()));

  constructor(questions: Questions, outputs: Outputs) {
    this.#questions = questions;
    this.#outputs = outputs;
    defineGlobal("input", (prompt: unknown = "", options: InputOptions = {}) =>
      this.#input(textOf(prompt), options),
    );
    defineGlobal("prompt", (message: unknown = "Prompt", preset?: unknown) =>
      this.#prompt(`${textOf(message)} `, preset),
    );
  }

  /** Loads what a stream of input needs. */
  rehearse(): void {
    void new InputStream(this.#now());
    this.#source = null;
  }

  attach(execution: Execution): void {
    attachInput(execution);
    this.#source = this.#stream = null;
    if (getOwnPropertyDescriptor(process, "stdin")?.get === this.#getStream) return;
    defineProperty(process, "stdin", {
      get: this.#getStream,
      set: (value: unknown) =>
        defineProperty(process, "stdin", { value, writable: true, configurable: true }),
      configurable: true,
      enumerable: true,
    });
  }

  #now(): InputSource {
    return (this.#source ??= new InputSource(currentExecution(), this.#questions));
  }

  /** A line, without its end; `null` at the end of the input. */
  async #input(prompt: string, { password = false }: InputOptions): Promise<string | null> {
    const source = this.#now();
    const line = source.readLineNow();
    if (line === null && source.canAsk) return source.ask(prompt, password);
    this.#outputs.print("stdout", prompt);
    return line;
  }

  /** As browsers have it: blocks, and answers `null` where there is no answer. */
  #prompt(message: string, preset: unknown): string | null {
    const source = this.#now();
    let line = source.readLineNow();
    if (line === null && source.canAsk) line = source.askAndWait(message, false);
    else this.#outputs.print("stdout", message);
    if (line === null || (line === "" && preset !== undefined)) {
      return preset === undefined || preset === null ? null : textOf(preset);
    }
    return line;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

function defineGlobal(name: string, value: (...args: never[]) => unknown): void {
  defineProperty(value, "name", { value: name });
  defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
