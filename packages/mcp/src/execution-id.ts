import type { ExecutionHandle, HoldfastClient, Session } from "@holdfast/client";
import { z } from "zod";

/** Names an execution for an agent in one word: `session/execution`. */
export const executionIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,64}$/, {
    error: (issue) =>
      `received ${JSON.stringify(issue.input)}, allowed an execution as run_code or run_command named it`,
  })
  .describe("The execution, as run_code or run_command named it.");

/** An execution, and the session that it is of. */
export interface FoundExecution {
  readonly session: Session;
  readonly id: string;
  readonly execution: ExecutionHandle;
}

/** What an agent calls an execution. */
export function executionIdOf(session: Session, id: string): string {
  return `${session.id}/${id}`;
}

/** The execution that an agent named; the server is not asked. */
export function findExecution(client: HoldfastClient, name: string): FoundExecution {
  const [sessionId = "", id = ""] = name.split("/");
  const session = client.session(sessionId);
  return { session, id, execution: session.execution(id) };
}
