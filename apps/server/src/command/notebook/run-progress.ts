import { stripVTControlCharacters } from "node:util";
import type { AnswerInput, CodeCell, NotebookProgress, NotebookRun } from "@holdfast/notebook";
import { firstLine, formatDuration } from "../terminal/format.ts";
import { style } from "../terminal/style.ts";

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const frameMs = 100;

/** What a run is doing: a line for each cell, and on a terminal the one that runs with its time. */
export class RunProgress {
  readonly #file: string;
  readonly #stream: NodeJS.WriteStream;
  #timer: NodeJS.Timeout | null = null;
  #step: NotebookProgress | null = null;
  #beganAt = 0;

  constructor(file: string, stream: NodeJS.WriteStream) {
    this.#file = file;
    this.#stream = stream;
  }

  tell(step: NotebookProgress): void {
    if (step.type === "output") return;
    this.clear();
    if (step.ended !== null) {
      this.#write(`${this.#cellLine(step)}\n`);
      return;
    }
    this.#step = step;
    this.#beganAt = performance.now();
    this.#animate();
  }

  /** An answer to `input()` for which the line that moves is taken away. */
  pausing(answer: AnswerInput): AnswerInput {
    return async (request) => {
      this.clear();
      try {
        return await answer(request);
      } finally {
        this.#animate();
      }
    };
  }

  /** The last line, and the traceback of what failed. */
  end({ status, cells, failedCell, durationMs }: NotebookRun): void {
    this.clear();
    const step = this.#step;
    if (failedCell !== null && step !== null) {
      const hasColours = this.#style("red", "") !== "";
      const text = errorText(step.cell);
      this.#write(hasColours ? text : stripVTControlCharacters(text));
    }
    const count = cells.length === 1 ? "1 cell" : `${cells.length} cells`;
    const how = status === "ok" ? this.#style("green", "ran") : this.#style("red", status);
    const where = failedCell === null ? "" : ` in ${step?.number} of ${step?.total}`;
    this.#write(`${this.#file}: ${how}${where}, ${count}, ${formatDuration(durationMs)}\n`);
  }

  /** Takes the line that moves away. */
  clear(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#write("\r\u001B[K");
  }

  #animate(): void {
    if (!this.#stream.isTTY) return;
    let frame = 0;
    const draw = () => {
      const step = this.#step;
      if (step === null) return;
      const time = formatDuration(performance.now() - this.#beganAt);
      const mark = this.#style("cyan", frames[frame++ % frames.length] ?? "");
      this.#write(
        `\r\u001B[K${mark} ${this.#position(step)} ${this.#codeOf(step)} ${this.#style("dim", time)}`,
      );
    };
    draw();
    this.#timer = setInterval(draw, frameMs);
  }

  #cellLine(step: NotebookProgress): string {
    const { status = "lost", durationMs = 0 } = step.ended ?? {};
    const mark = status === "ok" ? this.#style("green", "✓") : this.#style("red", "✗");
    const note = status === "ok" ? "" : ` ${this.#style("red", status)}`;
    return `${mark} ${this.#position(step)} ${this.#codeOf(step)} ${this.#style("dim", formatDuration(durationMs))}${note}`;
  }

  #position({ number, total }: NotebookProgress): string {
    return `${String(number).padStart(String(total).length)}/${total}`;
  }

  #codeOf({ cell }: NotebookProgress): string {
    const width = Math.min(70, (this.#stream.columns ?? 100) - 30);
    return firstLine(cell.source, Math.max(10, width)) || this.#style("dim", "(empty)");
  }

  #style(format: Parameters<typeof style>[0], text: string): string {
    return style(format, text, this.#stream);
  }

  #write(text: string): void {
    this.#stream.write(text);
  }
}

/** The tracebacks among a cell's outputs, as the language prints them. */
function errorText({ outputs }: CodeCell): string {
  const texts = outputs.flatMap((output) =>
    output.output_type === "error" ? [(output.traceback as readonly string[]).join("\n")] : [],
  );
  return texts.map((text) => `\n${text.replace(/\n$/, "")}\n\n`).join("");
}
