import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import { sessionArgument } from "../arguments.ts";
import { executionIdSchema, findExecution } from "../execution-id.ts";
import type { ToolContext } from "../tool-context.ts";

export function addInterrupt(server: McpServer, { client, options }: ToolContext): void {
  server.registerTool(
    "interrupt",
    {
      title: "Interrupt",
      description:
        "Stops an execution, or what runs in a session, as Ctrl-C does: variables and directory are kept. With force it is killed, and the state of its session is lost. Comes back at once; read_output tells how it ended.",
      inputSchema: z.strictObject({
        execution: executionIdSchema.optional(),
        session: sessionArgument,
        force: z
          .boolean()
          .describe("Kills it, for what an interrupt does not stop. Needs an execution.")
          .default(false),
      }),
      outputSchema: z.object({
        session: z.string(),
        execution: z.string().nullable(),
        force: z.boolean(),
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    },
    answering(async ({ execution: name, session: sessionId, force }, call) => {
      const { signal } = call.mcpReq;
      if (name === undefined) {
        if (force) throw new Error("force: needs the execution that is to be killed");
        return options.sessions.use(sessionId, null, async (session) => {
          await session.interrupt({ signal });
          const told = { session: session.id, execution: null, force };
          return answer(`What runs in session ${session.id} is asked to stop.`, told);
        });
      }
      const { session, execution } = findExecution(client, name);
      await (force ? execution.kill({ signal }) : execution.interrupt({ signal }));
      const told = { session: session.id, execution: name, force };
      return answer(`Execution ${name} is ${force ? "killed" : "asked to stop"}.`, told);
    }),
  );
}
