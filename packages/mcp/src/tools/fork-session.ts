import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering, lines } from "../answer.ts";
import { sessionArgument } from "../arguments.ts";
import { skippedNote, skippedOutputSchema } from "../session/session-output.ts";
import type { ToolContext } from "../tool-context.ts";

export function addForkSession(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "fork_session",
    {
      title: "Fork a session",
      description:
        "Makes copies of a session with its whole state, to try several ways from where it stands. The copies and the original know nothing of each other from then on; files are shared.",
      inputSchema: z.strictObject({
        session: sessionArgument,
        count: z.int().min(1).max(16).describe("How many copies.").default(1),
      }),
      outputSchema: z.object({
        session: z.string().describe("Id of the original."),
        forks: z.array(z.string()).describe("Ids of the copies."),
        skipped: skippedOutputSchema,
      }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    answering(({ session: id, count }, call) =>
      options.sessions.use(id, null, async (session) => {
        const { sessions, skipped } = await session.fork({ count, signal: call.mcpReq.signal });
        for (const one of sessions) options.sessions.add(one);
        const forks = sessions.map((one) => one.id);
        const text = `Forked ${session.id} into ${forks.join(", ")}.`;
        return answer(lines(text, skippedNote(skipped)), { session: session.id, forks, skipped });
      }),
    ),
  );
}
