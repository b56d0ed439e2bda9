/** What is disposed of together, the last first. `DisposableStack` would do, but Node 22 has none. */
export class CleanUp implements Disposable {
  readonly #parts: Disposable[] = [];

  use(part: Disposable): void {
    this.#parts.push(part);
  }

  [Symbol.dispose](): void {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop())
      part[Symbol.dispose]();
  }
}
