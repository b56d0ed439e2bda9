import type { Display, Execution, ExecutionEnd, OutputEncoding } from "./execution.ts";
import type { WireEvent, WireOutput } from "./execution-event.ts";
import { joinOutput } from "./decode-output.ts";

/** Characters or bytes of each stream; a server keeps as many bytes, unless it was set to others. */
const keptLength = 16 * 1024 * 1024;

/** Makes an execution with its output of its events, within the bound that the server has for it too. */
export class ExecutionCollector<Encoding extends OutputEncoding> {
  readonly #encoding: Encoding;
  readonly #chunks = { stdout: [] as WireOutput[], stderr: [] as WireOutput[] };
  readonly #lengths = { stdout: 0, stderr: 0 };
  readonly #displays: Display[] = [];
  #end: ExecutionEnd | null = null;
  #hasLeftOut = false;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  add(event: WireEvent): void {
    switch (event.type) {
      case "stdout":
      case "stderr":
        this.#output(event);
        break;
      case "display": {
        const { mime, displayId, update } = event;
        this.#displays.push({ mime, displayId, update });
        break;
      }
      case "gap":
        this.#hasLeftOut = true;
        break;
      case "completed": {
        const { seq: _seq, type: _type, ...end } = event;
        this.#end = end;
        break;
      }
      case "started":
      case "heartbeat":
      case "input_request":
      case "result":
      case "error":
        break;
    }
  }

  /** Whether all is there that the server has kept; if not, the server's own account says more. */
  get isWhole(): boolean {
    return this.#end !== null && !this.#end.truncated && !this.#hasLeftOut;
  }

  /** The execution; its output ends where the bound was reached. @throws TypeError before `completed` */
  execution(): Execution<Encoding> {
    if (this.#end === null) throw new TypeError("the execution has not come to its end");
    return {
      ...this.#end,
      truncated: this.#end.truncated || this.#hasLeftOut,
      stdout: joinOutput(this.#chunks.stdout, this.#encoding),
      stderr: joinOutput(this.#chunks.stderr, this.#encoding),
      displays: this.#displays,
    };
  }

  #output(output: WireOutput): void {
    const length = "text" in output ? output.text.length : (output.base64.length * 3) / 4;
    this.#lengths[output.type] += length;
    if (this.#lengths[output.type] > keptLength) this.#hasLeftOut = true;
    else this.#chunks[output.type].push(output);
  }
}
