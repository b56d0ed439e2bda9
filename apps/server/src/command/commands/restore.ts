import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineRestore(): Command {
  return defineServerCommand("restore", {
    description: "put a checkpoint in the place of a session's state",
    examples: [["holdfast restore demo $(holdfast checkpoints demo --json | jq -r '.[0].id')"]],
  })
    .argument("<id>", "the session")
    .argument("<checkpoint>", "the id of the checkpoint, or its name")
    .action(lazily(async () => (await import("../actions/control.ts")).restore));
}
