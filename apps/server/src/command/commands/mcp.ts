import type { Command } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { type ServerOptions, serverOptions } from "../options.ts";

export function defineMcp(): Command {
  const command = defineCommand("mcp", {
    description: "tools for an AI agent, over standard input and output",
    examples: [
      ["holdfast mcp", "what an agent's configuration calls"],
      ["holdfast mcp --url http://127.0.0.1:4650", "in sessions of a running server"],
    ],
    notes: `
The Model Context Protocol. All sessions that the agent made end with the command. Over HTTP a server has the
same tools at /mcp.`,
  });
  for (const option of serverOptions()) command.addOption(option);
  return command.action(
    lazily(async () => {
      const { runMcp } = await import("../mcp.ts");
      return ({ url, token }: ServerOptions) =>
        runMcp({ url: url || undefined, token: token || undefined });
    }),
  );
}
