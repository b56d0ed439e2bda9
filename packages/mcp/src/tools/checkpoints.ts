import type { Checkpoint } from "@holdfast/client";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering, lines } from "../answer.ts";
import { sessionArgument } from "../arguments.ts";
import { defined } from "../defined.ts";
import {
  sessionOutput,
  sessionOutputSchema,
  skippedNote,
  skippedOutputSchema,
} from "../session/session-output.ts";
import type { ToolContext } from "../tool-context.ts";

const limit = 100;

const checkpointSchema = z.object({
  checkpoint: z.string().describe("Its id."),
  name: z.string().nullable(),
  session: z.string().describe("Id of the session that it is of."),
  runtime: z.string(),
  createdAt: z.string(),
  sizeBytes: z.number().int(),
  skipped: skippedOutputSchema,
});

/** Tools that keep states of sessions, and go back to them. */
export function addCheckpoints(server: McpServer, context: ToolContext): void {
  addCreateCheckpoint(server, context);
  addListCheckpoints(server, context);
  addRestoreCheckpoint(server, context);
}

function addCreateCheckpoint(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "create_checkpoint",
    {
      title: "Create a checkpoint",
      description:
        "Keeps the state of a session, to go back to with restore_checkpoint, or to begin a new session with. Files are not part of it.",
      inputSchema: z.strictObject({
        session: sessionArgument,
        name: z
          .string()
          .min(1)
          .max(200)
          .describe("What it is of. One with a name is kept until it is deleted.")
          .optional(),
      }),
      outputSchema: checkpointSchema,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    answering(({ session: id, name }, call) =>
      options.sessions.use(id, null, async (session) => {
        const { signal } = call.mcpReq;
        const checkpoint = await session.checkpoint({ ...defined({ name }), signal });
        const text = `Checkpoint ${checkpoint.id} of session ${session.id} is kept.`;
        return answer(lines(text, skippedNote(checkpoint.skipped)), outputOf(checkpoint));
      }),
    ),
  );
}

function addListCheckpoints(server: McpServer, { client }: ToolContext): void {
  server.registerTool(
    "list_checkpoints",
    {
      title: "List checkpoints",
      description: `Lists the newest ${limit} checkpoints of a session, or of all.`,
      inputSchema: z.strictObject({
        session: z.string().min(1).max(64).describe("Id of a session. Default: all.").optional(),
      }),
      outputSchema: z.object({ checkpoints: z.array(checkpointSchema) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(async ({ session }, call) => {
      const of = session === undefined ? client : client.session(session);
      const query = { limit, signal: call.mcpReq.signal };
      const list = "sessions" in of ? of.checkpoints.list(query) : of.checkpoints(query);
      const checkpoints = (await list.page()).items.map(outputOf);
      const text = checkpoints.map(
        (one) =>
          `${one.checkpoint}  ${one.name ?? "(no name)"}  session ${one.session}  ${one.createdAt}`,
      );
      return answer(text.join("\n") || "There is no checkpoint.", { checkpoints });
    }),
  );
}

function addRestoreCheckpoint(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "restore_checkpoint",
    {
      title: "Restore a checkpoint",
      description:
        "Puts the state of a checkpoint in the place of what a session has now, which is lost. create_session with a checkpoint begins a new one instead.",
      inputSchema: z.strictObject({
        checkpoint: z.string().min(1).describe("Id of the checkpoint."),
        session: sessionArgument,
      }),
      outputSchema: sessionOutputSchema,
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    answering(({ checkpoint, session: id }, call) =>
      options.sessions.use(id, null, async (session) => {
        const info = await session.restore(checkpoint, { signal: call.mcpReq.signal });
        const text = `Session ${session.id} is as it was in checkpoint ${checkpoint}.`;
        return answer(text, sessionOutput(info));
      }),
    ),
  );
}

function outputOf(checkpoint: Checkpoint): z.infer<typeof checkpointSchema> {
  const { id, name, sessionId, runtime, createdAt, sizeBytes, skipped } = checkpoint;
  return {
    checkpoint: id,
    name,
    session: sessionId,
    runtime,
    createdAt,
    sizeBytes,
    skipped: [...skipped],
  };
}
