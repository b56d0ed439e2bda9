import type { Command } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { serverOptions } from "../options.ts";

export function defineAttach(): Command {
  const command = defineCommand("attach", {
    description: "a prompt in a live session, with what others run in it",
    examples: [["holdfast attach demo"]],
    notes:
      "As holdfast repl --session. Ctrl-C interrupts what runs, also what others run. Ctrl-D leaves; the session stays.",
  }).argument("<id>", "the session");
  for (const option of serverOptions()) command.addOption(option);
  return command.action(lazily(async () => (await import("../actions/repl.ts")).attach));
}
