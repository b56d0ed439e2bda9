import type { CallOptions } from "./http-client.ts";

/** How a list is read. */
export interface ListOptions extends CallOptions {
  /** Items a page, up to 1,000. @default 100 */
  readonly limit?: number;
}

/** Part of a list. `nextCursor` is what the next part is asked for with, `null` behind the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A list that the server gives in pages: iterate over its items, or take a page at a time. */
export class Pages<Item> implements AsyncIterable<Item> {
  readonly #load: (cursor: string | undefined) => Promise<Page<Item>>;

  /** @internal */
  constructor(load: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.#load = load;
  }

  /** The first page, or the one that begins at a `nextCursor`. */
  page(cursor?: string): Promise<Page<Item>> {
    return this.#load(cursor);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await this.#load(cursor);
      yield* page.items;
      cursor = page.nextCursor;
    }
  }
}
