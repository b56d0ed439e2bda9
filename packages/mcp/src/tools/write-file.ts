import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering } from "../answer.ts";
import { pathArgument, sessionArgument } from "../arguments.ts";
import { fromBase64 } from "../file-content.ts";
import type { ToolContext } from "../tool-context.ts";

export function addWriteFile(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "write_file",
    {
      title: "Write a file",
      description:
        "Writes a file, in place of the one that is there; directories on the way are made. Works while code runs.",
      inputSchema: z.strictObject({
        path: pathArgument,
        content: z.string().describe("All that is to be in it."),
        encoding: z
          .enum(["utf-8", "base64"])
          .describe("What content is; base64 for binary files.")
          .default("utf-8"),
        session: sessionArgument,
      }),
      outputSchema: z.object({ path: z.string(), sizeBytes: z.number().int() }),
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    answering(({ path, content, encoding, session: id }, call) =>
      options.sessions.use(id, null, async ({ files }) => {
        const { signal } = call.mcpReq;
        const data = encoding === "base64" ? fromBase64(content) : content;
        const { sizeBytes } = await files.write(path, data, { parents: true, signal });
        return answer(`${path} has ${sizeBytes} bytes.`, { path, sizeBytes });
      }),
    ),
  );
}
