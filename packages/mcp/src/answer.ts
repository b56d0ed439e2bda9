import { type ErrorCode, isApiError } from "@holdfast/client";
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";

/** An answer as text for a model, and the same as data. */
export function answer(text: string, structuredContent: object): CallToolResult {
  return { content: [{ type: "text", text }], structuredContent };
}

/** The text of an answer: its parts that are not empty, one below the other. */
export function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join("\n");
}

/** What a tool does. What is thrown becomes an answer that the model can go on from. */
export function answering<Input>(
  work: (input: Input, context: ServerContext) => Promise<CallToolResult>,
): (input: Input, context: ServerContext) => Promise<CallToolResult> {
  return async (input, context) => {
    try {
      return await work(input, context);
    } catch (error) {
      context.mcpReq.signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      const hint = isApiError(error) ? (hints[error.code as ErrorCode] ?? null) : null;
      return { content: [{ type: "text", text: lines(message, hint) }], isError: true };
    }
  };
}

const sessionHint = "list_sessions tells which there are, create_session makes one.";

const hints: Partial<Record<ErrorCode, string>> = {
  session_not_found: sessionHint,
  session_expired: sessionHint,
  session_closed: sessionHint,
  session_exists: "Take another id, or go on with the session that has it.",
  too_many_sessions: "close_session ends one that is not needed.",
  checkpoint_not_found: "list_checkpoints tells which there are.",
  file_not_found: "list_files shows what is in a directory.",
  variable_not_found: "list_variables without a name tells which there are.",
  input_not_expected:
    "It has ended, or its standard input is closed; run_command keeps it open, and code of Python or JavaScript can ask with input().",
};
