import { runServer } from "./run-server.ts";

export type { GateOptions } from "./access/gate.ts";
export type { Scope } from "./access/scope.ts";
export type { TokenOptions } from "./access/token-options.ts";
export type { AppOptions } from "./app-options.ts";
export { createApp } from "./app.ts";
export { type RunServerOptions, runServer } from "./run-server.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";

if (import.meta.main) void runServer(); // no top-level await: `require()` refuses modules with one
