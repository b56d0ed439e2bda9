import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const isCi = process.env["CI"] === "true";

/** Where a command is, `null` when it is not on PATH. */
export function findCommand(name: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/**
 * Whether the tests that need something of the system can run: for `test.skipIf(!has("curl"))`. What is missing is told
 * loudly, and is an error when `CI=true`: there a test that is left out proves nothing.
 * @param what a command, or a condition with a name
 */
export function has(what: string, isThere: boolean = findCommand(what) !== null): boolean {
  if (isThere) return true;
  const message = `${what} is missing; .ci/debian-packages lists what Debian must give`;
  if (isCi) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

/** As {@link has}, for what is a matter of the machine and not of what is installed: a sandbox may forbid it, in CI too. */
export function isPermitted(what: string, isThere: boolean): boolean {
  if (!isThere) console.warn(`SKIPPED: ${what} is not permitted here`);
  return isThere;
}
