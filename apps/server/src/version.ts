import { createRequire } from "node:module";

/** The version of this package. */
export function version(): string {
  const require = createRequire(import.meta.url);
  return (require("@holdfast/server/package.json") as { readonly version: string }).version;
}
