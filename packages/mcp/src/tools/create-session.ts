import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import { defined } from "../defined.ts";
import { sessionOutput, sessionOutputSchema } from "../session/session-output.ts";
import type { ToolContext } from "../tool-context.ts";

export function addCreateSession(server: McpServer, { client, options }: ToolContext): void {
  const { runtimes, sessions } = options;
  server.registerTool(
    "create_session",
    {
      title: "Create a session",
      description:
        "Starts a session of its own, apart from all others. Only needed for a second one of a runtime, for another directory or environment, or to go on from a checkpoint: run_code and run_command make one when they need it.",
      inputSchema: z.strictObject({
        runtime: z.enum(runtimes).describe("What runs its code."),
        id: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,64}$/)
          .describe("What it is called: letters, digits, _ and -. Default: a random one.")
          .optional(),
        cwd: z.string().min(1).describe("Its directory. Default: the server's.").optional(),
        env: z.record(z.string(), z.string()).describe("Environment variables.").optional(),
        checkpoint: z.string().min(1).describe("Id of a checkpoint to go on from.").optional(),
      }),
      outputSchema: sessionOutputSchema,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    answering(async ({ runtime, checkpoint, ...more }, call) => {
      const { signal } = call.mcpReq;
      const request = { runtime, ...defined({ ...more, restore: checkpoint }), signal };
      const session = await client.sessions.create(request);
      sessions.add(session);
      const told = sessionOutput(await session.info({ signal }));
      return answer(`Session ${session.id} (${runtime}) is there.`, told);
    }),
  );
}
