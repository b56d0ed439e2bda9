import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineRestart(): Command {
  return defineServerCommand("restart", {
    description: "give a session a fresh worker; its state is gone",
    examples: [["holdfast restart demo"]],
  })
    .argument("<id>", "the session")
    .action(lazily(async () => (await import("../actions/control.ts")).restart));
}
