import { closeSync, fchmodSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A file without a name: workers reach it by our descriptor, and nothing of it is left when we end, however that happens.
 */
export class SnapshotFile {
  readonly path: string;
  readonly #fd: number;
  #isClosed = false;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-pyodide-"));
    try {
      this.#fd = openSync(join(folder, "snapshot"), "wx+", 0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    this.path = `/proc/${process.pid}/fd/${this.#fd}`;
  }

  /** Lets it be written to no more. Answers whether there is something in it. */
  seal(): boolean {
    fchmodSync(this.#fd, 0o400);
    return fstatSync(this.#fd).size > 0;
  }

  close(): void {
    if (!this.#isClosed) closeSync(this.#fd);
    this.#isClosed = true;
  }
}
