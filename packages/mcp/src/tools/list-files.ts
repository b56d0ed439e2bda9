import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import { sessionArgument } from "../arguments.ts";
import type { ToolContext } from "../tool-context.ts";

const limit = 500;

export function addListFiles(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "list_files",
    {
      title: "List files",
      description: `Lists what is in a directory, hidden files too, by name, ${limit} at a time.`,
      inputSchema: z.strictObject({
        path: z
          .string()
          .min(1)
          .describe("Absolute, or relative to the directory where the session is.")
          .default("."),
        session: sessionArgument,
        cursor: z.string().min(1).describe("nextCursor of the answer before.").optional(),
      }),
      outputSchema: z.object({
        entries: z.array(
          z.object({
            name: z.string(),
            type: z.enum(["file", "directory", "symlink", "other"]),
            sizeBytes: z.number().int(),
            modifiedAt: z.string(),
          }),
        ),
        nextCursor: z.string().nullable(),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(({ path, session: id, cursor }, call) =>
      options.sessions.use(id, null, async ({ files }) => {
        const list = files.list(path, { limit, signal: call.mcpReq.signal });
        const { items, nextCursor } = await list.page(cursor);
        const text = items.map(({ name, type, sizeBytes }) =>
          type === "directory" ? `${name}/` : `${name}  ${sizeBytes} bytes`,
        );
        if (nextCursor !== null) text.push(`[there are more, cursor "${nextCursor}"]`);
        const told = { entries: items, nextCursor };
        return answer(text.join("\n") || "The directory is empty.", told);
      }),
    ),
  );
}
