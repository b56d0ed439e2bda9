import type { HoldfastClient } from "../client.ts";
import type { Display, MimeBundle } from "../execution/execution.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { Session } from "../session/session.ts";
import type { AgentTool, InputSchema } from "./agent-tool.ts";
import { BoundedText } from "./bounded-text.ts";
import { endNote } from "./end-note.ts";
import { OwnSession } from "./own-session.ts";
import { type ToolOptions, newSessionNote, toolDefaults } from "./tool-options.ts";

export type { AgentTool, InputSchema } from "./agent-tool.ts";
export type { ToolOptions } from "./tool-options.ts";

/** What an agent calls the tool with: code, or `restart`. */
export interface PythonToolInput {
  readonly code?: string;
  readonly restart?: boolean;
}

/** How Python code is run. */
export interface PythonToolOptions extends ToolOptions {
  /** Is given what the code shows, such as images, which the agent's answer only names. */
  readonly onDisplay?: (display: Display) => void;
}

/** JSON Schema of {@link PythonToolInput}. */
export const pythonToolSchema = {
  type: "object",
  properties: {
    code: {
      type: "string",
      description: "The Python code to run. The value of the last expression is shown.",
    },
    restart: {
      type: "boolean",
      description: "True begins anew with a fresh Python; variables and imports are gone.",
    },
  },
  additionalProperties: false,
} as const satisfies InputSchema;

/**
 * The Python of an agent: variables and imports stay from one call to the next, as in a notebook. Dispose of it to end its
 * session.
 */
export function pythonTool(
  client: HoldfastClient,
  options: PythonToolOptions = {},
): AgentTool<PythonToolInput> & AsyncDisposable {
  const own = new OwnSession(client, { ...options.session, runtime: "python" });
  return {
    name: "python",
    description:
      "Runs Python code in a process that keeps its state, as a notebook does: variables and imports stay. Shows output and the value of the last expression. There is no standard input.",
    inputSchema: pythonToolSchema,
    async run({ code, restart = false }, call = {}) {
      if (restart) {
        await own.restart(call);
        if (code === undefined) return "Python is restarted";
      }
      if (code === undefined) return "Nothing was run: give code, or restart.";
      return own.use(async (session, isNew) => {
        const text = await runCode(session, code, { ...options, ...call });
        return isNew ? `${newSessionNote}\n${text}` : text;
      });
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}

async function runCode(
  session: Session,
  code: string,
  { signal, onDisplay, ...options }: PythonToolOptions & CallOptions,
): Promise<string> {
  const { timeoutMs, maxOutputLength } = { ...toolDefaults, ...options };
  const text = new BoundedText(maxOutputLength);
  let note = "";
  const execution = session.execute(code, { timeoutMs, signal, interruptOnAbort: true });
  for await (const event of execution) {
    if (event.type === "stdout" || event.type === "stderr") text.add(event.text);
    else if (event.type === "error") text.add(`${event.text.trimEnd()}\n`);
    else if (event.type === "result") text.add(`${event.mime["text/plain"] ?? event.repr}\n`);
    else if (event.type === "completed") note = endNote(event);
    else if (event.type === "display") {
      const { mime, displayId, update } = event;
      onDisplay?.({ mime, displayId, update });
      text.add(`${displayText(mime)}\n`);
    }
  }
  const hint = text.omitted === null ? "" : "[to see the rest, print a part of it]";
  return [text.length === 0 ? "[no output]" : String(text).replace(/\n$/, ""), hint, note]
    .filter((line) => line !== "")
    .join("\n");
}

function displayText(mime: MimeBundle): string {
  const rich = Object.keys(mime).filter((type) => type !== "text/plain");
  const plain = mime["text/plain"];
  if (rich.length === 0) return plain ?? "";
  return `[shown: ${rich.join(", ")}${plain === undefined ? "" : `; ${plain}`}]`;
}
