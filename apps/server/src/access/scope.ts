/**
 * What a token allows. `read`: looking at what is its own, files only in the folder of a session under a root of files. `execute`: all that can be done with its own. `metrics`:
 * figures of the whole server, and nothing else. `admin`: everything, with everybody's.
 */
export const scopes = ["read", "execute", "metrics", "admin"] as const;
export type Scope = (typeof scopes)[number];

const includes: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ["read"],
  execute: ["read", "execute"],
  metrics: ["metrics"],
  admin: scopes,
};

/** With all that the given ones include. */
export function withIncluded(given: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(given.flatMap((scope) => includes[scope]));
}

const ofTheServer = new Set(["/metrics", "/v1/pool"]);

/** What a request needs. */
export function scopeOf(method: string, path: string): Scope {
  if (ofTheServer.has(path)) return "metrics";
  if (path.endsWith("/channel")) return "execute";
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? "read" : "execute";
}
