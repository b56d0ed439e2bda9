import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The path of something in this package, for another program. */
export function adapterFile(name: string): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve("@holdfast/adapter-python/package.json")), name);
}
