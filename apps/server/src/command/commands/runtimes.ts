import type { Command } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { jsonOption, serverOptions } from "../options.ts";

export function defineRuntimes(): Command {
  const command = defineCommand("runtimes", {
    description: "what can run here, and what to install for the rest",
    examples: [["holdfast runtimes"], ["holdfast runtimes --url http://box:4650 --json"]],
  }).addOption(jsonOption());
  for (const option of serverOptions()) command.addOption(option);
  return command.action(lazily(async () => (await import("../actions/runtimes.ts")).runtimes));
}
