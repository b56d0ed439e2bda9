import type { ExecutionEvent, MimeBundle } from "@holdfast/client";
import type { ImageContent } from "@modelcontextprotocol/server";

const types = ["image/png", "image/jpeg"] as const;

/** The images that code shows, up to a size; one that updates another takes its place. */
export class Images {
  readonly #maxLength: number;
  readonly #images = new Map<string, ImageContent>();
  #leftOut = 0;

  /** @param maxLength characters of base64, of all together */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  add(event: ExecutionEvent): void {
    if (event.type !== "display" && event.type !== "result") return;
    const image = imageOf(event.mime);
    if (image === null) return;
    const displayId = event.type === "display" ? event.displayId : null;
    const key = displayId === null ? `at ${event.seq}` : `id ${displayId}`;
    const others = this.list.filter((one) => one !== this.#images.get(key));
    const length = others.reduce((sum, { data }) => sum + data.length, image.data.length);
    if (length > this.#maxLength) this.#leftOut++;
    else this.#images.set(key, image);
  }

  get list(): readonly ImageContent[] {
    return [...this.#images.values()];
  }

  /** How many were too large. */
  get leftOut(): number {
    return this.#leftOut;
  }
}

function imageOf(mime: MimeBundle): ImageContent | null {
  for (const mimeType of types) {
    const data = mime[mimeType];
    if (data !== undefined) return { type: "image", data: data.replaceAll(/\s/g, ""), mimeType };
  }
  return null;
}
