import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";
import { collectLabel, collectVariable, parseTimeout } from "../options.ts";

export function defineCreate(): Command {
  return defineServerCommand("create", {
    description: "start a session and print its id",
    examples: [
      ["holdfast create -r python --id demo"],
      ["id=$(holdfast create)", "a bash session"],
      ["holdfast create -r python --restore CHECKPOINT", "go on from a checkpoint"],
    ],
  })
    .option("-r, --runtime <name>", "bash, python or javascript", "bash")
    .option("--id <id>", "its id, [A-Za-z0-9_-]{1,64}; by default a random one")
    .option("-e, --env <name=value>", "a variable; may be repeated", collectVariable)
    .option("-C, --cwd <path>", "its directory; by default the server's")
    .option("-l, --label <key=value>", "a label; may be repeated", collectLabel)
    .option(
      "--idle-timeout <duration>",
      "end it when it is not used for so long, or never",
      parseTimeout,
    )
    .option("--restore <checkpoint>", "the checkpoint that it goes on from")
    .action(lazily(async () => (await import("../actions/create.ts")).create));
}
