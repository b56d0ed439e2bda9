/** Timers by name, each there once. */
export class NamedTimers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  /** Sets one, in the place of the one of that name. @param delayMs at most `maxDelayMs` */
  set(name: string, delayMs: number, over: () => void): void {
    this.clear(name);
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        over();
      }, delayMs),
    );
  }

  clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
