/** One server-sent event. */
export interface ServerSentEvent {
  /** @default `message` */
  readonly type: string;
  readonly data: string;
}

/**
 * Cuts text, in whatever pieces it comes, into server-sent events as the HTML standard has them, of which it reads `event`
 * and `data`. Lines end with LF or CRLF.
 */
export class EventParser {
  /** The line that has not ended. Only what is new is searched, since one line may come in thousands of pieces. */
  #line = "";
  #type = "";
  #data: string[] = [];

  /** Takes a piece and gives the events that end in it, one when it is asked for. */
  *push(text: string): Generator<ServerSentEvent, void, void> {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      const line = this.#line + text.slice(from, end);
      this.#line = "";
      from = end + 1;
      const event = this.#take(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event !== null) yield event;
    }
    this.#line += text.slice(from);
  }

  #take(line: string): ServerSentEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#data.push(value);
    if (name === "event") this.#type = value;
    return null;
  }

  #dispatch(): ServerSentEvent | null {
    const [type, data] = [this.#type || "message", this.#data];
    this.#type = "";
    this.#data = [];
    return data.length === 0 ? null : { type, data: data.join("\n") };
  }
}
