import { Interface, type ReadLineOptions } from "node:readline";
import type { Readable } from "node:stream";

/** Readline's editor, in which Ctrl-D is an event `eof` and not the end: that is for who asked to say. */
export class LineEditor extends Interface {
  // oxlint-disable-next-line typescript/no-useless-constructor -- it is protected in the type of the class
  constructor(options: ReadLineOptions) {
    super(options);
  }

  override close(): void {
    const { input } = this as unknown as { readonly input: Readable };
    const isGone = input.readableEnded || input.destroyed;
    if (isGone || !this.terminal) this.end();
    else this.emit("eof");
  }

  /** Gives the terminal back. */
  end(): void {
    super.close();
  }
}
