import type { HoldfastClient } from "../client.ts";
import type { CallOptions } from "../http/http-client.ts";
import type { CreateSession } from "../session/session-info.ts";
import type { AgentTool, InputSchema } from "./agent-tool.ts";
import type { CommandOutput, Cursor } from "./command-output.ts";
import { type ExecCommandInput, execCommand } from "./exec-command.ts";
import { OwnSession } from "./own-session.ts";
import { readOutput } from "./read-output.ts";
import { writeStdin } from "./write-stdin.ts";

export type { AgentTool, InputSchema } from "./agent-tool.ts";
export type { CommandOutput, Cursor, YieldOptions } from "./command-output.ts";
export { type ExecCommandInput, execCommand } from "./exec-command.ts";
export { type ReadOutputInput, readOutput } from "./read-output.ts";
export { type WriteStdinInput, writeStdin } from "./write-stdin.ts";

/** What an agent calls `exec_command` with. */
export type ExecCommandToolInput = Omit<ExecCommandInput, keyof CallOptions>;

/** What an agent calls `write_stdin` with. */
export interface WriteStdinToolInput {
  readonly id: string;
  readonly data?: string;
  readonly close?: boolean;
  readonly yieldTimeMs?: number;
  readonly maxOutputTokens?: number;
}

/** What an agent calls `read_output` with. */
export interface ReadOutputToolInput {
  readonly id: string;
  readonly offset?: number;
  readonly maxOutputTokens?: number;
}

const id = { type: "string", description: "The id that exec_command answered with." } as const;
const yieldTimeMs = {
  type: "integer",
  description: "How long to wait for output, in milliseconds, before coming back.",
} as const;
const maxOutputTokens = {
  type: "integer",
  description: "Bound of the output that is shown. The rest can be read with read_output.",
} as const;

/** JSON Schema of {@link ExecCommandToolInput}. */
export const execCommandSchema = {
  type: "object",
  properties: {
    command: { type: "string", description: "The bash command to run." },
    cwd: { type: "string", description: "The directory to run it in." },
    yieldTimeMs,
    maxOutputTokens,
  },
  required: ["command"],
  additionalProperties: false,
} as const satisfies InputSchema;

/** JSON Schema of {@link WriteStdinToolInput}. */
export const writeStdinSchema = {
  type: "object",
  properties: {
    id,
    data: {
      type: "string",
      description: "What to write, with its newline. Nothing only polls; \\u0003 is Ctrl-C.",
    },
    close: { type: "boolean", description: "Whether standard input ends with it." },
    yieldTimeMs,
    maxOutputTokens,
  },
  required: ["id"],
  additionalProperties: false,
} as const satisfies InputSchema;

/** JSON Schema of {@link ReadOutputToolInput}. */
export const readOutputSchema = {
  type: "object",
  properties: {
    id,
    offset: { type: "integer", description: "Characters to skip from the beginning." },
    maxOutputTokens,
  },
  required: ["id"],
  additionalProperties: false,
} as const satisfies InputSchema;

/** Three tools that share a bash session. Dispose of them to end it, and all that runs in it. */
export interface CommandTools extends AsyncDisposable {
  readonly execCommand: AgentTool<ExecCommandToolInput>;
  readonly writeStdin: AgentTool<WriteStdinToolInput>;
  readonly readOutput: AgentTool<ReadOutputToolInput>;
}

/**
 * Commands that an agent starts, and need not wait for: each runs beside the others, and can be fed and looked at while it
 * runs. Environment and directory of the session are the same for each.
 */
export function commandTools(
  client: HoldfastClient,
  options: { readonly session?: Omit<CreateSession, "runtime"> } = {},
): CommandTools {
  const own = new OwnSession(client, { ...options.session, runtime: "bash" });
  /** Where the last look at each that runs has ended. */
  const cursors = new Map<string, Cursor>();
  const shown = (look: CommandOutput): string => {
    if (look.status === "running") cursors.set(look.executionId, look.cursor);
    else cursors.delete(look.executionId);
    return describe(look);
  };
  return {
    execCommand: {
      name: "exec_command",
      description:
        "Starts a bash command and answers with its output when it has ended, or with what came so far and an id when it runs on.",
      inputSchema: execCommandSchema,
      run: (input, call) =>
        own.use(async (session) => shown(await execCommand(session, { ...input, ...call }))),
    },
    writeStdin: {
      name: "write_stdin",
      description:
        "Writes to the standard input of a command that runs, or only polls it, and answers with what it wrote since the last look.",
      inputSchema: writeStdinSchema,
      run: ({ id: executionId, ...input }, call) =>
        own.use(async (session) => {
          const cursor = cursors.get(executionId);
          const from = cursor === undefined ? {} : { cursor };
          return shown(await writeStdin(session, { ...input, ...call, ...from, executionId }));
        }),
    },
    readOutput: {
      name: "read_output",
      description: "Reads a part of all that a command has written, from a character on.",
      inputSchema: readOutputSchema,
      run: ({ id: executionId, ...input }, call) =>
        own.use(async (session) => {
          const part = await readOutput(session, { ...input, ...call, executionId });
          const note = part.isEnd ? "[the end]" : `[goes on at offset ${part.nextOffset}]`;
          return `${part.output}\n${note}`;
        }),
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}

function describe(look: CommandOutput): string {
  const { output, omitted, executionId } = look;
  const hint =
    omitted === null
      ? ""
      : `[characters ${omitted.from} to ${omitted.to} are left out; read_output with id ${executionId} and offset ${omitted.from} has them]`;
  const text = output === "" ? "[no output]" : output.replace(/\n$/, "");
  return [text, hint, statusNote(look)].filter((line) => line !== "").join("\n");
}

function statusNote({ status, exitCode, signal, executionId }: CommandOutput): string {
  if (status === "running") return `[running; id ${executionId}]`;
  if (signal !== null) return `[${status}: ended by ${signal}]`;
  return exitCode === null ? `[${status}]` : `[exit code ${exitCode}]`;
}
