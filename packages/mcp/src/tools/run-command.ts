import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answering } from "../answer.ts";
import { sessionArgument, yieldTimeArgument } from "../arguments.ts";
import { defined } from "../defined.ts";
import { executionOutputSchema } from "../execution-answer.ts";
import { runAndLook } from "../run-and-look.ts";
import type { ToolContext } from "../tool-context.ts";

export function addRunCommand(server: McpServer, context: ToolContext): void {
  server.registerTool(
    "run_command",
    {
      title: "Run a command",
      description:
        "Starts a shell command beside all else that runs in a bash session: servers, builds, programs that are talked to. It has the session's directory and variables but changes neither, and its standard input stays open for write_stdin. Answers when it ends or after yieldTimeMs; it runs on, and read_output, write_stdin and interrupt take the execution that the answer names. For commands that change the state, such as cd or export, take run_code.",
      inputSchema: z.strictObject({
        command: z.string().min(1).describe("The bash command to run."),
        session: sessionArgument,
        cwd: z.string().min(1).describe("Its directory. Default: the session's.").optional(),
        env: z
          .record(z.string(), z.string())
          .describe("Environment variables besides the session's.")
          .optional(),
        timeoutMs: z
          .int()
          .min(1)
          .describe("Milliseconds after which it is interrupted. Default: never.")
          .optional(),
        yieldTimeMs: yieldTimeArgument,
      }),
      outputSchema: executionOutputSchema,
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    },
    answering(({ command, session, yieldTimeMs, ...request }, call) =>
      runAndLook(
        context,
        {
          code: command,
          runtime: "bash",
          sessionId: session,
          request: { ...defined(request), background: true, allowInput: true },
          yieldTimeMs,
        },
        call,
      ),
    ),
  );
}
