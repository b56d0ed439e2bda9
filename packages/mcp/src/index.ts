export { createMcpServer } from "./create-mcp-server.ts";
export {
  type McpHttpHandler,
  type McpHttpOptions,
  createMcpHttpHandler,
} from "./http/create-mcp-http-handler.ts";
export type { McpOptions } from "./mcp-options.ts";
export {
  AgentSessions,
  type AgentSessionsOptions,
  type SessionWork,
} from "./session/agent-sessions.ts";
