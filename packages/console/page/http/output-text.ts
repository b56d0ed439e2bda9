import type { EventView } from "./views.ts";

const encoder = new TextEncoder();

/** Makes text of output events, each stream decoded as one whole. */
export class OutputText {
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  /** What an event says; empty for those that carry no output. */
  of(event: EventView): string {
    if (event.type !== "stdout" && event.type !== "stderr") return "";
    const bytes =
      event.base64 === undefined
        ? encoder.encode(event.text ?? "")
        : Uint8Array.from(atob(event.base64), (char) => char.charCodeAt(0));
    return this.#decoders[event.type].decode(bytes, { stream: true });
  }
}
