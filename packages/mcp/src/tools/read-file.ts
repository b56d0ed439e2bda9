import { isApiError, type SessionFiles } from "@holdfast/client";
import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answering, lines } from "../answer.ts";
import { pathArgument, sessionArgument } from "../arguments.ts";
import { imageType, toBase64, wholeText } from "../file-content.ts";
import type { ResolvedMcpOptions } from "../mcp-options.ts";
import type { ToolContext } from "../tool-context.ts";

const outputSchema = z.object({
  path: z.string(),
  content: z.string().describe("Text, or base64; empty for an image, which is an image content."),
  encoding: z.enum(["utf-8", "base64", "image"]),
  offset: z.number().int(),
  nextOffset: z.number().int().nullable().describe("Where to go on; null at the end of the file."),
});

type FileOutput = z.infer<typeof outputSchema>;

export function addReadFile(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "read_file",
    {
      title: "Read a file",
      description:
        "Reads a file as text, or a part of it; PNG and JPEG files as images, other binary files as base64. Works while code runs.",
      inputSchema: z.strictObject({
        path: pathArgument,
        session: sessionArgument,
        offset: z.int().min(0).describe("Bytes to skip.").default(0),
        length: z
          .int()
          .min(4) // the longest character
          .max(options.maxOutputLength)
          .describe("Bytes to read at most.")
          .default(options.maxOutputLength),
      }),
      outputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(({ path, session: id, offset, length }, call) =>
      options.sessions.use(id, null, async ({ files }) => {
        const { signal } = call.mcpReq;
        const bytes = await readPart(files, { path, offset, length: length + 4, signal });
        const type = offset === 0 ? imageType(bytes) : null;
        return type === null
          ? partAnswer(bytes, { path, offset, length })
          : imageAnswer(files, { path, type, signal }, options);
      }),
    ),
  );
}

interface Part {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

async function readPart(
  files: SessionFiles,
  { path, ...part }: Part & { readonly signal: AbortSignal },
): Promise<Uint8Array> {
  try {
    return await files.read(path, part);
  } catch (error) {
    // An empty file has no first byte.
    if (part.offset === 0 && isApiError(error, "range_not_satisfiable")) return new Uint8Array();
    throw error;
  }
}

/** @param bytes a few more than wanted, where the file has them */
function partAnswer(bytes: Uint8Array, { path, offset, length }: Part): CallToolResult {
  const isEnd = bytes.length <= length;
  const { text, byteLength } = wholeText(bytes.subarray(0, length), isEnd);
  const content = text ?? toBase64(bytes.subarray(0, length));
  const encoding = text === null ? "base64" : "utf-8";
  const nextOffset = isEnd ? null : offset + byteLength;
  const output: FileOutput = { path, content, encoding, offset, nextOffset };
  return {
    content: [
      {
        type: "text",
        text: lines(
          content.replace(/\n$/, "") || "[empty]",
          text === null ? "[binary: this is base64]" : null,
          nextOffset === null ? null : `[goes on at offset ${nextOffset}]`,
        ),
      },
    ],
    structuredContent: { ...output },
  };
}

async function imageAnswer(
  files: SessionFiles,
  { path, type, signal }: { path: string; type: string; signal: AbortSignal },
  { maxImageLength }: ResolvedMcpOptions,
): Promise<CallToolResult> {
  const maxBytes = Math.floor((maxImageLength * 3) / 4);
  const bytes = await files.read(path, { length: maxBytes + 1, signal });
  if (bytes.length > maxBytes)
    throw new Error(`${path}: an image of more than ${maxBytes} bytes; make a smaller one of it`);
  const output: FileOutput = { path, content: "", encoding: "image", offset: 0, nextOffset: null };
  return {
    content: [
      { type: "text", text: `[${type}, ${bytes.length} bytes]` },
      { type: "image", data: toBase64(bytes), mimeType: type },
    ],
    structuredContent: { ...output },
  };
}
