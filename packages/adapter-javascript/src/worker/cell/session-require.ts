import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * A `require` that looks from the directory that the session is in when it is called.
 * @param directory the absolute path of that directory
 * @param onRequire is told what was loaded
 */
export function createSessionRequire(
  directory: () => string,
  onRequire: (id: string) => void = () => {},
): NodeJS.Require {
  let from = "";
  let current: NodeJS.Require | null = null;
  const get = (): NodeJS.Require => {
    const now = directory();
    if (current === null || now !== from) {
      current = createRequire(join(now, "cell"));
      from = now;
    }
    return current;
  };
  const require = (id: string): unknown => {
    const loaded: unknown = get()(id);
    onRequire(id);
    return loaded;
  };
  const resolve = (id: string, options?: { paths?: string[] }): string =>
    get().resolve(id, options);
  resolve.paths = (id: string) => get().resolve.paths(id);
  const { cache, extensions, main } = get();
  // The types say that what is deprecated must be there.
  return Object.assign(require, { resolve, cache, extensions, main }) as NodeJS.Require;
}
