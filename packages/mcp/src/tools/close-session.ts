import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import type { ToolContext } from "../tool-context.ts";

export function addCloseSession(server: McpServer, { client, options }: ToolContext): void {
  server.registerTool(
    "close_session",
    {
      title: "Close a session",
      description:
        "Ends a session with its variables and all that it started, background processes too. Its checkpoints stay.",
      inputSchema: z.strictObject({
        session: z.string().min(1).max(64).describe("Id of the session."),
      }),
      outputSchema: z.object({ session: z.string() }),
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    answering(async ({ session }, call) => {
      await client.session(session).delete({ signal: call.mcpReq.signal });
      options.sessions.forget(session);
      return answer(`Session ${session} is closed.`, { session });
    }),
  );
}
