import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineCheckpoints(): Command {
  return defineServerCommand("checkpoints", {
    description: "the checkpoints of a session, or of all, newest first",
    examples: [["holdfast checkpoints"], ["holdfast checkpoints demo"]],
  })
    .argument("[id]", "the session; without it also of sessions that are gone")
    .action(lazily(async () => (await import("../actions/checkpoints.ts")).checkpoints));
}
