import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answering } from "../answer.ts";
import { yieldTimeArgument } from "../arguments.ts";
import { executionAnswer, executionOutputSchema } from "../execution-answer.ts";
import { executionIdSchema, findExecution } from "../execution-id.ts";
import { cursorSchema, parseCursor } from "../output/cursor.ts";
import { look } from "../output/look.ts";
import { PageWindow } from "../output/output-window.ts";
import { Progress } from "../output/progress.ts";
import type { ToolContext } from "../tool-context.ts";

const defaultYieldMs = 5_000;

export function addReadOutput(server: McpServer, { client, options }: ToolContext): void {
  server.registerTool(
    "read_output",
    {
      title: "Read output",
      description:
        "Reads the output of an execution from a cursor on, a page at a time: what was left out of an answer, or what came since. While it runs, waits up to yieldTimeMs for it to end. Can be repeated; nothing is used up.",
      inputSchema: z.strictObject({
        execution: executionIdSchema,
        cursor: cursorSchema.optional(),
        yieldTimeMs: yieldTimeArgument,
      }),
      outputSchema: executionOutputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(async ({ execution, cursor, yieldTimeMs = defaultYieldMs }, call) => {
      const { session, id } = findExecution(client, execution);
      const from = parseCursor(cursor);
      using progress = new Progress(call);
      const seen = await look({
        session,
        id,
        from,
        window: new PageWindow(from, options.maxOutputLength),
        maxImageLength: options.maxImageLength,
        yieldTimeMs,
        signal: call.mcpReq.signal,
        onOutput: (text) => progress.output(text),
      });
      // Reading it went well, whatever became of the code.
      return { ...executionAnswer(seen), isError: false };
    }),
  );
}
