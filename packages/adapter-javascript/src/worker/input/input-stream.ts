import { Readable } from "node:stream";
import { setImmediate, utf8Bytes } from "../primordials.ts";
import type { InputSource } from "./input-source.ts";

/** What `process.stdin` is for one execution. Nobody is asked before somebody reads. */
export class InputStream extends Readable {
  readonly fd = 0;
  readonly #source: InputSource;
  #isAsking = false;

  constructor(source: InputSource) {
    super({ highWaterMark: 0 });
    this.#source = source;
  }

  override _read(): void {
    this.#next();
  }

  #next(): void {
    const bytes = this.#source.readNow();
    if (bytes !== null) this.push(bytes);
    else if (!this.#source.canAsk) this.push(null);
    else if (!this.#isAsking) this.#askSoon();
  }

  // Who has just got a line may want no other: `readline` reads on until it is closed.
  #askSoon(): void {
    this.#isAsking = true;
    setImmediate(() =>
      setImmediate(() => {
        this.#isAsking = false;
        if (this.destroyed) return;
        if (this.isPaused() && this.listenerCount("readable") === 0) {
          this.once("resume", () => this.#next());
        } else void this.#ask();
      }),
    );
  }

  async #ask(): Promise<void> {
    if (!this.#source.canAsk) return void this.push(null);
    this.#isAsking = true;
    const line = await this.#source.ask("", false);
    this.#isAsking = false;
    this.push(line === null ? null : utf8Bytes(`${line}\n`));
  }
}
