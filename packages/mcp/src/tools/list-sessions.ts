import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import { sessionOutput, sessionOutputSchema } from "../session/session-output.ts";
import type { ToolContext } from "../tool-context.ts";

const limit = 100;

export function addListSessions(server: McpServer, { client }: ToolContext): void {
  server.registerTool(
    "list_sessions",
    {
      title: "List sessions",
      description: `Lists the sessions that there are, the oldest first, ${limit} at a time.`,
      inputSchema: z.strictObject({
        cursor: z.string().min(1).describe("nextCursor of the answer before.").optional(),
      }),
      outputSchema: z.object({
        sessions: z.array(sessionOutputSchema),
        nextCursor: z.string().nullable(),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(async ({ cursor }, call) => {
      const { signal } = call.mcpReq;
      const { items, nextCursor } = await client.sessions.list({ limit, signal }).page(cursor);
      const sessions = items.map(sessionOutput);
      const text = sessions.map(
        ({ session, runtime, state, executionCount }) =>
          `${session}  ${runtime}  ${state}  ${executionCount} executions`,
      );
      if (nextCursor !== null) text.push(`[there are more, cursor "${nextCursor}"]`);
      return answer(text.join("\n") || "There is no session.", { sessions, nextCursor });
    }),
  );
}
