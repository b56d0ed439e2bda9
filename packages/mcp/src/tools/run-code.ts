import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answering } from "../answer.ts";
import { sessionArgument, yieldTimeArgument } from "../arguments.ts";
import { defined } from "../defined.ts";
import { executionOutputSchema } from "../execution-answer.ts";
import { runAndLook } from "../run-and-look.ts";
import type { ToolContext } from "../tool-context.ts";

export function addRunCode(server: McpServer, context: ToolContext): void {
  const { runtimes } = context.options;
  server.registerTool(
    "run_code",
    {
      title: "Run code",
      description:
        "Runs Python, bash, or JavaScript (TypeScript too) in a session that keeps its state: variables, imports, functions and the directory are there in the next call, as in a notebook. Answers output, errors, and for Python and JavaScript the value of the last expression and the images that it shows. Code that takes longer than yieldTimeMs runs on; read_output goes on with it. Bash code finds its standard input empty; Python code may call input(), JavaScript `await input()`, which write_stdin answers.",
      inputSchema: z.strictObject({
        code: z.string().describe("The code to run."),
        runtime: z
          .enum(runtimes)
          .describe(`What runs the code. Default: that of the session, or ${runtimes[0]}.`)
          .optional(),
        session: sessionArgument,
        timeoutMs: z
          .int()
          .min(1)
          .describe("Milliseconds after which the code is interrupted. Default: never.")
          .optional(),
        yieldTimeMs: yieldTimeArgument,
      }),
      outputSchema: executionOutputSchema,
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    },
    answering(async ({ code, runtime, session, timeoutMs, yieldTimeMs }, call) => {
      const named = session === undefined ? undefined : await context.client.sessions.get(session);
      if (named !== undefined && runtime !== undefined && runtime !== named.runtime)
        throw new Error(`runtime: received ${runtime}, but session ${session} is ${named.runtime}`);
      const wanted = named?.runtime ?? runtime ?? runtimes[0];
      // A command of bash that reads its input would wait for it without saying so.
      const request = { ...defined({ timeoutMs }), allowInput: wanted !== "bash" };
      const run = { code, runtime: wanted, sessionId: session, request, yieldTimeMs };
      return runAndLook(context, run, call);
    }),
  );
}
