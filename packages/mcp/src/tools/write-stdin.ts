import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answering } from "../answer.ts";
import { yieldTimeArgument } from "../arguments.ts";
import { executionAnswer, executionOutputSchema } from "../execution-answer.ts";
import { executionIdSchema, findExecution } from "../execution-id.ts";
import { cursorSchema, parseCursor } from "../output/cursor.ts";
import { look } from "../output/look.ts";
import { EndsWindow } from "../output/output-window.ts";
import { Progress } from "../output/progress.ts";
import type { ToolContext } from "../tool-context.ts";

const defaultYieldMs = 5_000;

export function addWriteStdin(server: McpServer, { client, options }: ToolContext): void {
  server.registerTool(
    "write_stdin",
    {
      title: "Write to standard input",
      description:
        "Writes to the standard input of an execution that runs, or answers the input() that it waits in, and answers what it showed from the cursor on: when it ends, when it asks again, or after yieldTimeMs.",
      inputSchema: z.strictObject({
        execution: executionIdSchema,
        data: z
          .string()
          .describe("What to write. A line of input ends with a newline, \\n.")
          .default(""),
        close: z
          .boolean()
          .describe("Whether standard input ends with it, as with Ctrl-D.")
          .default(false),
        cursor: cursorSchema.optional(),
        yieldTimeMs: yieldTimeArgument,
      }),
      outputSchema: executionOutputSchema,
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    },
    answering(async ({ execution: name, data, close, cursor, yieldTimeMs }, call) => {
      if (data === "" && !close)
        throw new Error(
          "data: received nothing, allowed text, or close: true; to wait, read_output",
        );
      const { session, id, execution } = findExecution(client, name);
      const { signal } = call.mcpReq;
      await execution.input(data, { close, signal });
      const from = parseCursor(cursor);
      using progress = new Progress(call);
      const seen = await look({
        session,
        id,
        from,
        window: new EndsWindow(from, options.maxOutputLength),
        maxImageLength: options.maxImageLength,
        yieldTimeMs: yieldTimeMs ?? defaultYieldMs,
        signal,
        onOutput: (text) => progress.output(text),
      });
      return executionAnswer(seen);
    }),
  );
}
