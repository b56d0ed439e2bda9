import type { HoldfastClient } from "../client.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { Session } from "../session/session.ts";
import type { AgentTool, InputSchema } from "./agent-tool.ts";
import { BoundedText } from "./bounded-text.ts";
import { endNote } from "./end-note.ts";
import { OwnSession } from "./own-session.ts";
import { type ToolOptions, newSessionNote, toolDefaults } from "./tool-options.ts";

export type { AgentTool, InputSchema } from "./agent-tool.ts";
export type { ToolOptions } from "./tool-options.ts";

/** What an agent calls the tool with: a command, or `restart`. */
export interface BashToolInput {
  readonly command?: string;
  readonly restart?: boolean;
}

/** JSON Schema of {@link BashToolInput}. */
export const bashToolSchema = {
  type: "object",
  properties: {
    command: { type: "string", description: "The bash command to run." },
    restart: {
      type: "boolean",
      description: "True begins anew with a fresh bash; variables and background jobs are gone.",
    },
  },
  additionalProperties: false,
} as const satisfies InputSchema;

/**
 * The persistent bash of an agent: directory, variables, functions and background jobs stay from one command to the next.
 * Dispose of it to end its session.
 */
export function bashTool(
  client: HoldfastClient,
  options: ToolOptions = {},
): AgentTool<BashToolInput> & AsyncDisposable {
  const own = new OwnSession(client, { ...options.session, runtime: "bash" });
  return {
    name: "bash",
    description:
      "Runs a command in a bash that keeps its state: directory, variables, functions and background jobs stay. Standard input is empty.",
    inputSchema: bashToolSchema,
    async run({ command, restart = false }, call = {}) {
      if (restart) {
        await own.restart(call);
        if (command === undefined) return "bash is restarted";
      }
      if (command === undefined) return "Nothing was run: give a command, or restart.";
      return own.use(async (session, isNew) => {
        const text = await runCommand(session, command, { ...options, ...call });
        return isNew ? `${newSessionNote}\n${text}` : text;
      });
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}

/** Output and errors in the order in which they came, and how it ended. */
async function runCommand(
  session: Session,
  command: string,
  { signal, ...options }: ToolOptions & CallOptions,
): Promise<string> {
  const { timeoutMs, maxOutputLength } = { ...toolDefaults, ...options };
  const text = new BoundedText(maxOutputLength);
  let note = "";
  const execution = session.execute(command, { timeoutMs, signal, interruptOnAbort: true });
  for await (const event of execution) {
    if (event.type === "stdout" || event.type === "stderr") text.add(event.text);
    else if (event.type === "error") text.add(event.text);
    else if (event.type === "completed") note = endNote(event);
  }
  const hint =
    text.omitted === null ? "" : "[to see the rest, send it to a file, head, tail or grep]";
  return [text.length === 0 ? "[no output]" : String(text).replace(/\n$/, ""), hint, note]
    .filter((line) => line !== "")
    .join("\n");
}
