/** A file of the console page. */
export interface ConsoleAsset {
  /** Where the page expects it, from the server's root. */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  readonly url: URL;
}

/** What a server has to serve for the console page to work. */
export const consoleAssets: readonly ConsoleAsset[] = [
  {
    path: "/",
    type: "text/html; charset=utf-8",
    url: new URL("../static/index.html", import.meta.url),
  },
  ...["base", "layout", "notebook", "panels"].map((name) => ({
    path: `/console/${name}.css`,
    type: "text/css",
    url: new URL(`../static/${name}.css`, import.meta.url),
  })),
  {
    path: "/console/icon.svg",
    type: "image/svg+xml",
    url: new URL("../static/icon.svg", import.meta.url),
  },
  {
    path: "/console/console.js",
    type: "text/javascript",
    url: new URL("../dist/page/console.js", import.meta.url),
  },
];

/**
 * The content security policy under which the page works: nothing from elsewhere, no inline script. Rich output of code
 * is shown as images and in frames without scripts, whose own policy lets them load nothing.
 */
export const consoleSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "connect-src 'self'; font-src data:; frame-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
