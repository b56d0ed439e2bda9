import { type EndedExecution, endNote } from "@holdfast/client/tool-parts";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { lines } from "./answer.ts";
import { executionIdOf } from "./execution-id.ts";
import { formatCursor } from "./output/cursor.ts";
import type { Look } from "./output/look.ts";

/** What every tool answers that looks at an execution. */
export const executionOutputSchema = z.object({
  session: z.string().describe("Id of the session."),
  execution: z.string().describe("Names the execution for read_output, write_stdin and interrupt."),
  status: z
    .enum(["queued", "running", "ok", "error", "timeout", "interrupted", "lost"])
    .nullable()
    .describe(
      "`ok` in bash whatever the exit code is; `lost` when the process ended; null when there is more to read before that is known.",
    ),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable().describe("The signal that ended it, such as SIGKILL."),
  output: z
    .string()
    .describe("Output, errors and results, in the order in which they came, bounded."),
  cursor: z.string().describe("Where the output goes on, for read_output and write_stdin."),
  hasMore: z.boolean().describe("Whether there is more output at the cursor already."),
  omitted: z
    .object({
      characters: z.number().int(),
      cursor: z.string().describe("read_output with this cursor has them."),
    })
    .nullable()
    .describe("What was left out in the middle of `output`."),
  asks: z
    .object({ prompt: z.string(), password: z.boolean() })
    .nullable()
    .describe("What the code waits for: write_stdin answers."),
  images: z.number().int().describe("Images that are part of this answer."),
});

type ExecutionOutput = z.infer<typeof executionOutputSchema>;

/** The answer to a look: text with what to do next, images, and the same as data. */
export function executionAnswer(look: Look, note: string | null = null): CallToolResult {
  const { session, id, end, omitted, images } = look;
  const output: ExecutionOutput = {
    session: session.id,
    execution: executionIdOf(session, id),
    status: statusOf(look),
    exitCode: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    output: look.text,
    cursor: formatCursor(look.cursor),
    hasMore: look.isFull,
    omitted: omitted && {
      characters: omitted.characters,
      cursor: formatCursor(omitted.cursor),
    },
    asks: look.asks,
    images: images.length,
  };
  const isFailure = end !== null && end.status !== "ok";
  return {
    content: [{ type: "text", text: textOf(look, output, note) }, ...images],
    structuredContent: { ...output },
    ...(isFailure ? { isError: true } : {}),
  };
}

function statusOf({ end, isFull, hasStarted }: Look): ExecutionOutput["status"] {
  if (end !== null) return end.status;
  if (isFull) return null;
  return hasStarted ? "running" : "queued";
}

function textOf(look: Look, output: ExecutionOutput, note: string | null): string {
  const shown = look.text.replace(/\n$/, "");
  return lines(
    note,
    shown === "" && look.asks === null ? "[no output]" : shown,
    look.imagesLeftOut === 0
      ? null
      : `[images that are too large to be shown: ${look.imagesLeftOut}]`,
    omittedNote(output),
    stateNote(look.end, output),
  );
}

function omittedNote({ omitted, execution }: ExecutionOutput): string | null {
  if (omitted === null) return null;
  return `[${omitted.characters} characters are left out; read_output with execution "${execution}" and cursor "${omitted.cursor}" has them]`;
}

function stateNote(end: EndedExecution | null, output: ExecutionOutput): string | null {
  if (end !== null) return endNote(end);
  const { execution, cursor, asks, hasMore, status } = output;
  const named = `execution "${execution}"`;
  if (asks !== null) return `[it waits for input: write_stdin with ${named} answers]`;
  if (hasMore) return `[there is more: read_output with ${named} and cursor "${cursor}" has it]`;
  const next = `read_output with ${named} and cursor "${cursor}" goes on, interrupt stops it`;
  return status === "queued"
    ? `[waits until what runs in the session has ended; ${next}]`
    : `[it is still running; ${next}]`;
}
