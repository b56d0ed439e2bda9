import type { HoldfastClient } from "@holdfast/client";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { createMcpServer } from "../create-mcp-server.ts";
import type { McpOptions } from "../mcp-options.ts";
import { AgentSessions } from "../session/agent-sessions.ts";

/** What a connection is made with. */
export interface McpConnectionOptions extends Omit<McpOptions, "sessions"> {
  readonly client: HoldfastClient;
  /** Whose it is: nobody else finds it. */
  readonly caller: string;
  readonly maxBodyBytes: number;
  readonly onOpen: (connection: McpConnection) => void;
  readonly onClose: (connection: McpConnection) => void;
}

/** A session of the protocol, which clients of 2025 and before have: a server of its own, and sessions of its own. */
export class McpConnection {
  /** Known to its client alone, and sent with each request; empty until it is open. */
  id = "";
  readonly caller: string;
  lastUsedAt = performance.now();
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #ready: Promise<void>;

  constructor(options: McpConnectionOptions) {
    const { client, caller, maxBodyBytes, onOpen, onClose, ...rest } = options;
    this.caller = caller;
    const sessions = new AgentSessions(client);
    const server = createMcpServer(client, { ...rest, sessions });
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      maxRequestBodySize: maxBodyBytes,
      onsessioninitialized: (id) => {
        this.id = id;
        onOpen(this);
      },
      onsessionclosed: () => sessions[Symbol.asyncDispose](),
    });
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has no other way
    server.server.onclose = () => {
      onClose(this);
      void sessions[Symbol.asyncDispose]();
    };
    this.#ready = server.connect(this.#transport);
  }

  async fetch(request: Request): Promise<Response> {
    this.lastUsedAt = performance.now();
    await this.#ready;
    return this.#transport.handleRequest(request);
  }

  /** Ends it, with the sessions that it has of its own. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}
