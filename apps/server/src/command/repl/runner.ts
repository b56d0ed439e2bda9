import type { ExecutionEnd, ExecutionEvent, ExecutionHandle, Session } from "@holdfast/client";
import { isApiError } from "@holdfast/client";
import { showEvent } from "../show-event.ts";
import { note, print } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import type { LineReader } from "./line-reader.ts";

/** What code is run with. */
export interface RunnerOptions {
  readonly session: Session;
  readonly reader: LineReader;
  /** Whether the code asks for a line of input; else it gets what is typed while it runs. */
  readonly asksForInput: boolean;
}

type Execution = ExecutionHandle<"bytes">;

/** Runs one piece of code at a time, with what it shows on our output and what is typed as its input. */
export class Runner {
  /** Executions that were started here. */
  readonly ids = new Set<string>();
  readonly #options: RunnerOptions;
  #execution: Execution | null = null;
  #interrupts = 0;
  #endedBy: number | null = null;
  #decoder = new TextDecoder();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** The exit code of the signal that ended us, if any. */
  get endedBy(): number | null {
    return this.#endedBy;
  }

  async run(code: string): Promise<ExecutionEnd> {
    const { session, reader, asksForInput } = this.#options;
    const execution = session.execute(code, { encoding: "bytes", allowInput: true });
    this.#execution = execution;
    this.#interrupts = 0;
    void execution.id.then((id) => this.ids.add(id)).catch(() => {});
    if (!asksForInput && reader.isTerminal) this.#feed(execution);
    try {
      return await this.#follow(execution, true);
    } finally {
      this.#execution = null;
      reader.onInput = null;
      reader.setEcho(false);
    }
  }

  /** Shows what another started, to its end. Ctrl-C interrupts that, too; its questions are not ours. */
  async watch(execution: Execution): Promise<ExecutionEnd> {
    this.#execution = execution;
    this.#interrupts = 0;
    try {
      return await this.#follow(execution, false);
    } finally {
      this.#execution = null;
    }
  }

  /** Leaves the cursor at the beginning of a line. */
  async #follow(execution: Execution, isOurs: boolean): Promise<ExecutionEnd> {
    const { screen } = this.#options.reader;
    let end: ExecutionEnd | null = null;
    for await (const event of execution) {
      await this.#show(event);
      if (event.type === "input_request" && isOurs) this.#answer(execution, event);
      if (event.type === "completed") end = event;
    }
    if (screen.lastLine !== "" && this.#options.reader.isTerminal) await print("\n");
    screen.newLine();
    if (end === null) throw new Error("the events ended before the execution did");
    return end;
  }

  /** Ctrl-C: the first two interrupt what runs, the third kills its worker. */
  interrupt(execution: Execution | null = this.#execution): void {
    if (execution === null) return;
    this.#interrupts++;
    const work = this.#interrupts < 3 ? execution.interrupt() : execution.kill();
    work.catch(() => {}); // it has ended
    if (this.#interrupts === 2)
      note(
        style(
          "yellow",
          "\nIt goes on. Ctrl-C once more ends the worker, and its state with it.",
          process.stderr,
        ),
      );
  }

  /** Ends what runs, and then the prompt. */
  end(exitCode: number): void {
    this.#endedBy = exitCode;
    void this.#execution?.kill().catch(() => {});
    this.#options.reader.close();
  }

  async #show(event: ExecutionEvent<"bytes">): Promise<void> {
    const { screen } = this.#options.reader;
    const isText = event.type === "result" || event.type === "display" || event.type === "error";
    if (isText && screen.lastLine !== "" && this.#options.reader.isTerminal) await print("\n");
    if (isText) screen.newLine();
    await showEvent(event);
    if (event.type !== "stdout" && event.type !== "stderr") return;
    screen.notice(this.#decoder.decode(event.bytes, { stream: true }));
    this.#options.reader.setBase(screen.lastLine);
  }

  /** What is typed goes to the code as its standard input, a line at a time; Ctrl-D ends that. */
  #feed(execution: Execution): void {
    const { reader } = this.#options;
    let last: Promise<unknown> = Promise.resolve();
    const send = (text: string, close: boolean) => {
      last = last.then(() => execution.input(text, { close }).catch(() => {})); // it reads no more
    };
    reader.onInput = (line) => (line === null ? send("", true) : send(`${line}\n`, false));
    reader.setEcho(true);
  }

  #answer(
    execution: Execution,
    { prompt, password }: { readonly prompt: string; readonly password: boolean },
  ): void {
    const answer = async () => {
      const { reader } = this.#options;
      const lines = `${reader.screen.lastLine}${prompt}`;
      reader.screen.newLine();
      const options = { prompt: lines, isCode: false, isSecret: password };
      const given = await reader.read(options);
      if (given.type === "interrupt") return this.interrupt(execution);
      const isEnd = given.type === "end";
      await execution.input(isEnd ? "" : `${given.text}\n`, { close: isEnd });
    };
    answer().catch((error: unknown) => {
      if (!isApiError(error, "input_not_expected")) this.interrupt(execution);
    });
  }
}
