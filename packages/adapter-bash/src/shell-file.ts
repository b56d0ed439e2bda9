import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Path of one of the package's files for bash. */
export function shellFile(name: string): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@holdfast/adapter-bash/package.json")), "shell", name);
}
