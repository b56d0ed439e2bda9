import { createRequire, registerHooks } from "node:module";

// Node takes a module whose code was terminated for one that has loaded, and gives it out half made, or for one that still loads, and
// waits for it for ever. So what was torn is loaded anew when it is asked for again.

/** What the cell that runs imports, as far as it says so: by the names that it uses. */
const wanted = new Set<string>();
/** The names by which something was imported that was torn, and how often anything was by then. */
const torn = new Map<string, number>();
let tears = 0;

/** A cell imports this from now on. */
export function noteImport(specifier: string): void {
  wanted.add(specifier);
}

/** It has what it wanted. */
export function noteImported(specifier: string): void {
  wanted.delete(specifier);
}

/** Another cell. */
export function forgetImports(): void {
  wanted.clear();
}

/**
 * Code was terminated, on an empty stack: what has not loaded by now never will.
 * @param isImport whether an `import` was on the stack
 */
export function forgetTornModules(isImport: boolean): void {
  const { cache } = createRequire("/");
  for (const [file, module] of Object.entries(cache))
    if (module?.loaded === false) delete cache[file];
  if (!isImport || wanted.size === 0) return;
  if (tears++ === 0) importTornAnew();
  for (const specifier of wanted) torn.set(specifier, tears);
}

/** Modules are known by their URLs, so what was torn gets another one, and with it all that it imports. */
function importTornAnew(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context);
      const { parentURL = "" } = context;
      const ofParent = /[?&]interrupted=(\d+)$/.exec(parentURL)?.[1];
      const isFromCell = parentURL === "" || parentURL.endsWith("/cell");
      const number = ofParent ?? (isFromCell ? torn.get(specifier) : undefined);
      if (number === undefined || !found.url.startsWith("file:")) return found;
      const mark = `${found.url.includes("?") ? "&" : "?"}interrupted=${number}`;
      return { ...found, url: found.url + mark };
    },
  });
}
