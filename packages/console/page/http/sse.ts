/** One server-sent event. */
export interface ServerSentEvent {
  readonly type: string;
  readonly data: string;
}

/** Cuts text, in whatever pieces it comes, into server-sent events. */
export class EventParser {
  #pending = "";

  push(text: string): ServerSentEvent[] {
    const blocks = (this.#pending + text).split("\n\n");
    this.#pending = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const lines = block.split("\n");
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      return data === undefined ? [] : [{ type: field("event") ?? "message", data }];
    });
  }
}
