import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own. Dispose of it to remove it, with all that is in it. */
export interface TemporaryFolder extends Disposable {
  /** Absolute, and without links on the way. */
  readonly path: string;
}

/**
 * Makes an empty folder under the system's temporary folder, for this user alone (0700).
 * @param name what its own name begins with. @default `holdfast-test`
 */
export function temporaryFolder(name = "holdfast-test"): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
