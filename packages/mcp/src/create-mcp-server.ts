import type { HoldfastClient } from "@holdfast/client";
import { McpServer } from "@modelcontextprotocol/server";
import { type McpOptions, resolveMcpOptions } from "./mcp-options.ts";
import type { ToolContext } from "./tool-context.ts";
import { addCheckpoints } from "./tools/checkpoints.ts";
import { addCloseSession } from "./tools/close-session.ts";
import { addCreateSession } from "./tools/create-session.ts";
import { addForkSession } from "./tools/fork-session.ts";
import { addInterrupt } from "./tools/interrupt.ts";
import { addListFiles } from "./tools/list-files.ts";
import { addListSessions } from "./tools/list-sessions.ts";
import { addListVariables } from "./tools/list-variables.ts";
import { addReadFile } from "./tools/read-file.ts";
import { addReadOutput } from "./tools/read-output.ts";
import { addRunCode } from "./tools/run-code.ts";
import { addRunCommand } from "./tools/run-command.ts";
import { addWriteFile } from "./tools/write-file.ts";
import { addWriteStdin } from "./tools/write-stdin.ts";

const instructions = `Code runs in sessions that keep their state: a Python interpreter, a bash shell or a Node with JavaScript and TypeScript, each a process of its own.
run_code and run_command need no session: without one they work in your own, made at the first call. Variables, imports and the directory stay from call to call.
A call comes back after a while even if the code runs on; the answer then names the execution and a cursor for read_output, write_stdin and interrupt.
Long output is shortened in the middle; read_output has the rest.
Before something risky, create_checkpoint keeps the state, or fork_session makes a copy to try it in.`;

/**
 * An MCP server with tools to run code in the sessions of a Holdfast server, to be connected to a transport, or answered by
 * the factory that the SDK's `serveStdio` and `createMcpHandler` take. What the tools do is done by the client, with its token.
 * @throws RangeError for options out of range
 */
export function createMcpServer(client: HoldfastClient, options: McpOptions = {}): McpServer {
  const context: ToolContext = { client, options: resolveMcpOptions(client, options) };
  const server = new McpServer(
    { name: "holdfast", title: "Holdfast", version: context.options.version },
    { instructions },
  );
  addRunCode(server, context);
  addRunCommand(server, context);
  addReadOutput(server, context);
  addWriteStdin(server, context);
  addInterrupt(server, context);
  addListVariables(server, context);
  addReadFile(server, context);
  addWriteFile(server, context);
  addListFiles(server, context);
  addCreateSession(server, context);
  addListSessions(server, context);
  addForkSession(server, context);
  addCheckpoints(server, context);
  addCloseSession(server, context);
  return server;
}
