import type { Variable } from "@holdfast/client";
import { BoundedText } from "@holdfast/client/tool-parts";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { answer, answering, lines } from "../answer.ts";
import { sessionArgument } from "../arguments.ts";
import type { ToolContext } from "../tool-context.ts";

const maxListed = 200;
const maxReprLength = 200;

export function addListVariables(server: McpServer, { options }: ToolContext): void {
  server.registerTool(
    "list_variables",
    {
      title: "List variables",
      description: `Lists the variables of a session with type and value, shortened, up to ${maxListed}; or shows one. Waits until no code runs in the session.`,
      inputSchema: z.strictObject({
        session: sessionArgument,
        name: z.string().min(1).describe("Only this one, with more of its value.").optional(),
      }),
      outputSchema: z.object({
        session: z.string(),
        variables: z.array(
          z.object({
            name: z.string(),
            type: z.string(),
            repr: z.string().describe("The value as the language shows it, shortened."),
            sizeBytes: z.number().int().nullable(),
          }),
        ),
        leftOut: z.number().int().describe("How many more there are."),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(({ session: id, name }, call) =>
      options.sessions.use(id, null, async (session, note) => {
        const { signal } = call.mcpReq;
        const all =
          name === undefined
            ? await session.variables.list({ signal })
            : [await session.variables.get(name, { signal })];
        const maxLength = name === undefined ? maxReprLength : options.maxOutputLength;
        const variables = all.slice(0, maxListed).map((one) => outputOf(one, maxLength));
        const leftOut = all.length - variables.length;
        const text = variables.map((one) => `${one.name}: ${one.type} = ${one.repr}`);
        const more = leftOut === 0 ? null : `[and ${leftOut} more]`;
        const told = { session: session.id, variables, leftOut };
        if (text.length === 0) text.push("There is no variable.");
        return answer(lines(note, ...text, more), told);
      }),
    ),
  );
}

function outputOf({ name, type, repr, sizeBytes }: Variable, maxLength: number) {
  const text = new BoundedText(maxLength);
  text.add(repr);
  return { name, type, repr: String(text), sizeBytes };
}
