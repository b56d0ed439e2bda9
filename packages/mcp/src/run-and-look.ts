import type { ExecuteRequest } from "@holdfast/client";
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import { executionAnswer } from "./execution-answer.ts";
import { firstCursor } from "./output/cursor.ts";
import { look } from "./output/look.ts";
import { EndsWindow } from "./output/output-window.ts";
import { Progress } from "./output/progress.ts";
import type { ToolContext } from "./tool-context.ts";

/** Code, where it runs, and how long to wait for it. */
export interface RunAndLookOptions {
  readonly code: string;
  /** Id of the session; `undefined` is the agent's own of the runtime. */
  readonly sessionId: string | undefined;
  readonly runtime: string;
  readonly request: ExecuteRequest;
  readonly yieldTimeMs: number | undefined;
}

/** Starts code and answers when it ends, asks, or the time is over. A call that is cancelled interrupts it. */
export async function runAndLook(
  { options }: ToolContext,
  { code, sessionId, runtime, request, ...wait }: RunAndLookOptions,
  context: ServerContext,
): Promise<CallToolResult> {
  const { signal } = context.mcpReq;
  const started = await options.sessions.use(sessionId, runtime, async (session, note) => {
    signal.throwIfAborted();
    const execution = session.execute(code, request);
    return { session, note, execution, id: await execution.id };
  });
  using progress = new Progress(context);
  try {
    const seen = await look({
      session: started.session,
      id: started.id,
      from: firstCursor,
      window: new EndsWindow(firstCursor, options.maxOutputLength),
      maxImageLength: options.maxImageLength,
      yieldTimeMs: wait.yieldTimeMs ?? options.yieldTimeMs,
      signal,
      onOutput: (text) => progress.output(text),
    });
    return executionAnswer(seen, started.note);
  } catch (error) {
    if (signal.aborted) await started.execution.interrupt().catch(() => {});
    throw error;
  }
}
