import { runServer } from "./run-server.ts";

export type { AppOptions } from "./app-options.ts";
export { createApp } from "./app.ts";
export { type RunServerOptions, runServer } from "./run-server.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";

if (import.meta.main) await runServer();
