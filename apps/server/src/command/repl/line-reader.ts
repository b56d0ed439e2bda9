import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { callbackify } from "node:util";
import { LineEditor } from "./line-editor.ts";
import { Screen } from "./screen.ts";

/** What somebody did at a prompt: a line, Ctrl-C, or the end (Ctrl-D). `isPasted`: more of the same paste comes. */
export type Answer =
  | { readonly type: "line"; readonly text: string; readonly isPasted: boolean }
  | { readonly type: "interrupt" }
  | { readonly type: "end" };

/** How one line is asked for. */
export interface ReadOptions {
  readonly prompt: string;
  /** Whether it is code, and so has completion and a place in the history. @default true */
  readonly isCode?: boolean;
  /** Whether it is not shown. @default false */
  readonly isSecret?: boolean;
}

/** What lines are read with. */
export interface LineReaderOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** The newest first. */
  readonly history: string[];
  readonly onHistory: (line: string) => void;
  /** What could stand in place of the last part of the code. */
  readonly complete: (line: string) => Promise<readonly [matches: string[], part: string]>;
  /** Ctrl-C while nothing is asked for. */
  readonly onInterrupt: () => void;
}

const pasteOn = "\u001B[?2004h";
const pasteOff = "\u001B[?2004l";

/** Lines of a terminal with an editor, history and completion; of a pipe as they come. Dispose of it to give the terminal back. */
export class LineReader implements Disposable {
  readonly isTerminal: boolean;
  /** Takes lines while nothing is asked for, in place of keeping them for the next prompt; `null` is Ctrl-D. */
  onInput: ((line: string | null) => void) | null = null;
  readonly screen: Screen;
  readonly #editor: LineEditor;
  readonly #options: LineReaderOptions;
  readonly #early: Answer[] = [];
  readonly #above: (() => Promise<void>)[] = [];
  #reading: (ReadOptions & { readonly resolve: (answer: Answer) => void }) | null = null;
  #isPasting = false;
  #isClosed = false;
  #isAbove = false;

  constructor(options: LineReaderOptions) {
    const { input, output, history } = options;
    this.#options = options;
    this.isTerminal = [input, output].every(({ isTTY }) => isTTY);
    this.screen = new Screen(output);
    this.#editor = new LineEditor({
      input,
      ...(this.isTerminal ? { output: this.screen, completer: this.#completer } : {}),
      terminal: this.isTerminal,
      history,
      historySize: 1_000,
      removeHistoryDuplicates: true,
      tabSize: 4,
      prompt: "",
    });
    this.#listen(input);
    if (this.isTerminal) output.write(pasteOn);
  }

  /** Asks for a line. One at a time. */
  async read(options: ReadOptions): Promise<Answer> {
    while (this.#above.length > 0) await this.#above.shift()?.();
    const early = this.#early.shift();
    if (early !== undefined) {
      if (early.type === "line" && this.isTerminal)
        this.#options.output.write(
          `${options.prompt}${options.isSecret === true ? "" : early.text}\n`,
        );
      return early;
    }
    if (this.#isClosed) return { type: "end" };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#reading = { ...options, resolve };
    this.#show();
    return promise;
  }

  /** Writes above a prompt that waits, or before the next one. */
  above(work: () => Promise<void>): void {
    this.#above.push(work);
    if (this.#reading !== null && !this.#isAbove) void this.#writeAbove();
  }

  /** Whether the line is on the screen while nothing is asked for: what is typed is for the code that runs. */
  setEcho(isOn: boolean): void {
    if (!this.isTerminal) return;
    this.#editor.setPrompt("");
    this.screen.isMuted = !isOn;
  }

  /** What stands in front of what is typed while the code runs. */
  setBase(text: string): void {
    if (this.isTerminal && this.#reading === null) this.#editor.setPrompt(text);
  }

  /** Gives the terminal back; who asks gets the end. */
  close(): void {
    if (this.isTerminal) this.#options.output.write(pasteOff);
    this.#isClosed = true;
    this.#editor.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #listen(input: NodeJS.ReadStream): void {
    this.#editor
      .on("line", (text) => this.#take({ type: "line", text, isPasted: this.#isPasting }))
      .on("SIGINT", () => this.#interrupt())
      .on("history", (history: string[]) => this.#keepHistory(history))
      .on("SIGCONT", () => this.#reading !== null && this.#show())
      .on("eof", () => this.#take({ type: "end" }))
      .on("close", () => {
        this.#isClosed = true;
        this.#take({ type: "end" });
      });
    if (!this.isTerminal) return;
    input.on("keypress", (_text, key: { readonly name?: string } | undefined) => {
      if (key?.name === "paste-start") this.#isPasting = true;
      else if (key?.name === "paste-end") this.#isPasting = false;
    });
  }

  #take(answer: Answer): void {
    const reading = this.#reading;
    if (reading !== null && !this.#isAbove) {
      this.#reading = null;
      if (this.isTerminal) {
        this.screen.isMuted = true;
        this.screen.newLine();
        // Its end was muted with it; and Ctrl-D leaves the line as it is.
        if (reading.isSecret === true || answer.type === "end") this.#options.output.write("\n");
      }
      reading.resolve(answer);
    } else if (this.onInput === null) this.#early.push(answer);
    else {
      this.screen.newLine();
      this.onInput(answer.type === "line" ? answer.text : null);
    }
  }

  #interrupt(): void {
    if (this.#reading === null || this.#isAbove) {
      this.#early.length = 0;
      this.#options.onInterrupt();
      return;
    }
    this.#clearLine();
    this.#options.output.write("^C\n");
    this.#take({ type: "interrupt" });
  }

  /** Empties what was typed, on both sides of the cursor. */
  #clearLine(): void {
    const wasMuted = this.screen.isMuted;
    if (this.#reading?.isSecret === true) this.screen.isMuted = true;
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.screen.isMuted = true;
    this.#editor.write(null, { ctrl: true, name: "u" });
    this.screen.isMuted = wasMuted;
  }

  #show(): void {
    if (!this.isTerminal || this.#reading === null) return;
    const { prompt, isSecret = false } = this.#reading;
    this.#editor.setPrompt(prompt);
    if (isSecret) this.#options.output.write(prompt);
    this.screen.isMuted = isSecret;
    this.#editor.prompt(true);
  }

  #hide(): void {
    if (!this.isTerminal) return;
    const { rows } = this.#editor.getCursorPos();
    moveCursor(this.screen, 0, -rows);
    cursorTo(this.screen, 0);
    clearScreenDown(this.screen);
    this.screen.isMuted = true;
  }

  async #writeAbove(): Promise<void> {
    this.#isAbove = true;
    this.#hide();
    try {
      while (this.#above.length > 0) await this.#above.shift()?.();
    } finally {
      this.#isAbove = false;
      const early = this.#isClosed ? ({ type: "end" } as const) : this.#early.shift();
      this.#show();
      if (early !== undefined) {
        if (early.type === "line") this.#options.output.write(`${early.text}\n`);
        this.#take(early);
      }
    }
  }

  #keepHistory(history: string[]): void {
    const isCode = this.#reading === null ? this.onInput === null : (this.#reading.isCode ?? true);
    const [line] = history;
    if (isCode && line !== undefined) this.#options.onHistory(line);
    else history.shift();
  }

  readonly #completer = callbackify(async (line: string): Promise<[string[], string]> => {
    const isCode = this.#reading !== null && (this.#reading.isCode ?? true);
    if (!isCode) return [[], line];
    try {
      const [matches, part] = await this.#options.complete(line);
      return [[...matches], part];
    } catch {
      return [[], line]; // there is nothing to offer while it is busy
    }
  });
}
