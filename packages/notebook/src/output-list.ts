import type { CodeCell, Output } from "./notebook.ts";

/** What a kernel says of a cell: an output, one that takes the place of another, or that the outputs go. */
export type OutputMessage =
  | { readonly type: "output"; readonly output: Output; readonly displayId: string | null }
  | {
      readonly type: "update";
      readonly displayId: string;
      readonly data: Record<string, unknown>;
      readonly metadata: Record<string, unknown>;
    }
  | { readonly type: "clear"; readonly wait: boolean };

/** Where in a document the outputs of each display id are. One for a run of a notebook. */
export type DisplayPlaces = Map<string, Map<CodeCell, Set<Output>>>;

/** The outputs of one cell while it runs, kept as nbclient keeps them. */
export class OutputList {
  readonly #cell: CodeCell;
  readonly #places: DisplayPlaces;
  #clearsNext = false;

  /** @param places shared by the cells of a run: an update may be of a cell that ran before */
  constructor(cell: CodeCell, places: DisplayPlaces) {
    this.#cell = cell;
    this.#places = places;
    this.#clear();
  }

  /** Carries a message out. */
  take(message: OutputMessage): void {
    switch (message.type) {
      case "output":
        return this.#add(message.output, message.displayId);
      case "update":
        return this.#update(message.displayId, message.data, message.metadata);
      case "clear":
        if (message.wait) this.#clearsNext = true;
        else this.#clear();
        return;
      default:
        message satisfies never;
    }
  }

  #add(output: Output, displayId: string | null): void {
    if (displayId !== null && "data" in output)
      this.#update(displayId, output.data as never, output.metadata as never);
    if (this.#clearsNext) this.#clear();
    const last = this.#cell.outputs.at(-1);
    if (
      output.output_type === "stream" &&
      last?.output_type === "stream" &&
      last.name === output.name
    ) {
      last.text += output.text;
      return;
    }
    this.#cell.outputs.push(output);
    if (displayId !== null) this.#placesOf(displayId).add(output);
  }

  /** As Jupyter has it, a display with an id that is there already changes the earlier ones too. */
  #update(
    displayId: string,
    data: Record<string, unknown>,
    metadata: Record<string, unknown>,
  ): void {
    for (const outputs of this.#places.get(displayId)?.values() ?? [])
      for (const output of outputs) Object.assign(output, { data, metadata });
  }

  #placesOf(displayId: string): Set<Output> {
    const cells = this.#places.get(displayId) ?? new Map<CodeCell, Set<Output>>();
    this.#places.set(displayId, cells);
    const outputs = cells.get(this.#cell) ?? new Set<Output>();
    cells.set(this.#cell, outputs);
    return outputs;
  }

  #clear(): void {
    this.#clearsNext = false;
    this.#cell.outputs = [];
    for (const cells of this.#places.values()) cells.delete(this.#cell);
  }
}
