import type { HoldfastClient } from "@holdfast/client";
import { createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import { createMcpServer } from "../create-mcp-server.ts";
import { type McpOptions, checkMcpOptions } from "../mcp-options.ts";
import { AgentSessions } from "../session/agent-sessions.ts";
import { McpConnection } from "./mcp-connection.ts";
import { McpConnections } from "./mcp-connections.ts";

/** How MCP is served over HTTP. Times in milliseconds. */
export interface McpHttpOptions extends Omit<McpOptions, "sessions"> {
  /** A client that does what the sender of a request may do. */
  readonly client: (request: Request) => HoldfastClient;
  /** Who sends a request: their connections are found by nobody else. */
  readonly caller: (request: Request) => string;
  /** Connections that one caller may have; one more ends the one that was not used for the longest time. @default 100 */
  readonly maxConnections?: number;
  /** Ends a connection that is not used for so long. @default 1_800_000 */
  readonly idleTimeoutMs?: number;
  /** The most that a message may have. @default 16 MiB */
  readonly maxBodyBytes?: number;
}

/** An endpoint of streamable HTTP. */
export interface McpHttpHandler {
  /** Answers a request, whatever its path is. Who may send it, and from where, is to be checked before. */
  fetch(request: Request): Promise<Response>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * Serves MCP over streamable HTTP, to clients of the protocol as of 2026-07-28, where each request stands for itself, and to
 * those before, whose connections are kept here.
 * @throws RangeError for options out of range
 */
export function createMcpHttpHandler(options: McpHttpOptions): McpHttpHandler {
  const {
    client,
    caller,
    maxConnections = 100,
    idleTimeoutMs = 1_800_000,
    maxBodyBytes = 16 * 1024 * 1024,
    ...rest
  } = options;
  checkMcpOptions(rest);
  const connections = new McpConnections({ maxConnections, idleTimeoutMs });
  const single = createMcpHandler(
    ({ requestInfo }) => {
      if (requestInfo === undefined) throw new Error("there is no request");
      const theirs = client(requestInfo);
      const sessions = new AgentSessions(theirs, { hasOwn: false });
      return createMcpServer(theirs, { ...rest, sessions });
    },
    { legacy: "reject", maxRequestBodySize: maxBodyBytes },
  );
  const newConnection = (request: Request) =>
    new McpConnection({
      ...rest,
      client: client(request),
      caller: caller(request),
      maxBodyBytes,
      onOpen: (connection) => connections.add(connection),
      onClose: (connection) => connections.remove(connection),
    });
  return {
    async fetch(request) {
      const id = request.headers.get("mcp-session-id");
      if (id !== null) {
        const connection = connections.find(id, caller(request));
        return connection === null ? unknownConnection() : connection.fetch(request);
      }
      const isLegacy = await isLegacyRequest(request, undefined, {
        maxRequestBodySize: maxBodyBytes,
      });
      return isLegacy ? newConnection(request).fetch(request) : single.fetch(request);
    },
    async close() {
      await Promise.all([single.close(), ...connections.all.map((one) => one.close())]);
    },
  };
}

/** As the protocol has it: the client is to begin anew. */
function unknownConnection(): Response {
  const error = { code: -32_001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
