import { runServer } from "./run-server.ts";

export { Gate, type GateOptions, bearerProtocol } from "./access/gate.ts";
export { refuseUpgrade } from "./access/refuse-upgrade.ts";
export type { Scope } from "./access/scope.ts";
export type { Tenant } from "./access/tenant.ts";
export type { TokenOptions } from "./access/token-options.ts";
export type { AppOptions } from "./app-options.ts";
export { createApp } from "./app.ts";
export { type RunServerOptions, runServer } from "./run-server.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";

if (import.meta.main) await runServer();
