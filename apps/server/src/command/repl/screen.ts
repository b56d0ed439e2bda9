import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

/**
 * What a prompt is drawn on: a terminal that can be muted while nothing is asked for, and that knows what stands on its
 * last line.
 */
export class Screen extends Writable {
  readonly isTTY = true;
  isMuted = true;
  readonly #terminal: NodeJS.WriteStream;
  #lastLine = "";

  constructor(terminal: NodeJS.WriteStream) {
    super();
    this.#terminal = terminal;
    terminal.on("resize", () => this.emit("resize"));
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** What output has written since its last line break. */
  get lastLine(): string {
    return this.#lastLine;
  }

  /** Tells of output that was written past this. */
  notice(output: string): void {
    const text = this.#lastLine + stripVTControlCharacters(output);
    const at = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    this.#lastLine = text.slice(at).slice(-500);
  }

  /** The cursor stands at the beginning of a line now. */
  newLine(): void {
    this.#lastLine = "";
  }

  /** Whether it is muted counts when this is called: written through, and not kept for later. */
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    if (!this.isMuted) return this.#terminal.write(String(chunk), ...(rest as []));
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done);
    return true;
  }
}
