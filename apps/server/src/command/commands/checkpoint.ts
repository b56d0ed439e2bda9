import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineCheckpoint(): Command {
  return defineServerCommand("checkpoint", {
    description: "keep the state of a session, and print the checkpoint's id",
    examples: [["holdfast checkpoint demo"], ["holdfast checkpoint demo --name before-training"]],
    notes: "What could not be kept is told on standard error, with the reason.",
  })
    .argument("<id>", "the session")
    .option("-n, --name <name>", "keep it until it is deleted, under this name")
    .action(lazily(async () => (await import("../actions/checkpoints.ts")).checkpoint));
}
