// A browser has six connections to one HTTP/1.1 server; the rest is for what the user does.
const slots = 3;

/** How many executions are followed at the same time; the others wait. */
export class StreamSlots {
  readonly #waiting = new Map<string, () => void>();
  #free = slots;

  /** Settles when there is room for a cell. What it answers with gives the room back. */
  async acquire(key: string): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((granted) => this.#waiting.set(key, granted));
    return () => {
      this.#free++;
      const [next] = this.#waiting.keys();
      if (next !== undefined && this.#free > 0) this.urge(next);
    };
  }

  /** Lets a cell go first, at once: one that will end soon. */
  urge(key: string): void {
    const granted = this.#waiting.get(key);
    if (granted === undefined) return;
    this.#waiting.delete(key);
    this.#free--;
    granted();
  }
}
