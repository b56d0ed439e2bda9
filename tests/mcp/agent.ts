import { join } from "node:path";
import {
  type CallToolResult,
  Client,
  type ContentBlock,
  type ProtocolEra,
  type RequestOptions,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { repository } from "../support/repository.ts";

/** The command as built. */
export const holdfastCommand = join(repository, "apps/server/dist/command.mjs");

/** An agent with the official SDK's client. Dispose of it to end its connection. */
export interface Agent extends AsyncDisposable {
  readonly client: Client;
  readonly pid: number | null;
  /** Calls a tool. */
  call(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    options?: RequestOptions,
  ): Promise<Answer>;
}

/** What a tool answered. */
export interface Answer {
  readonly text: string;
  /** Of type and base64. */
  readonly images: readonly { readonly mimeType: string; readonly data: string }[];
  // oxlint-disable-next-line typescript/no-explicit-any -- its schema is what the tests are about
  readonly data: any;
  readonly isError: boolean;
}

/** Starts `holdfast mcp`, and talks to it over its standard input and output. */
export async function stdioAgent(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [holdfastCommand, "mcp", ...args],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env },
    cwd: "/",
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  return agentOf(client, transport.pid);
}

/** Connects to a server's `/mcp`. `modern` speaks the protocol of 2026, `legacy` the one before. */
export async function httpAgent(
  port: number,
  { token, era = "legacy" }: { readonly token?: string; readonly era?: ProtocolEra } = {},
): Promise<Agent> {
  const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), {
    requestInit: { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
  });
  const mode = era === "modern" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return agentOf(client, null);
}

function agentOf(client: Client, pid: number | null): Agent {
  return {
    client,
    pid,
    async call(name, args = {}, options = {}) {
      const result = await client.callTool({ name, arguments: { ...args } }, options);
      return answerOf(result);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function answerOf({ content, structuredContent, isError = false }: CallToolResult): Answer {
  const of = <Type extends ContentBlock["type"]>(type: Type) =>
    content.filter((one): one is Extract<ContentBlock, { type: Type }> => one.type === type);
  return {
    text: of("text")
      .map(({ text }) => text)
      .join("\n"),
    images: of("image"),
    data: structuredContent,
    isError,
  };
}

/** Calls a tool that has to succeed. */
export async function must(answer: Promise<Answer>): Promise<Answer> {
  const given = await answer;
  if (given.isError) throw new Error(given.text);
  return given;
}
