import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineInterrupt(): Command {
  return defineServerCommand("interrupt", {
    description: "stop what runs in a session; its state is kept",
    examples: [["holdfast interrupt demo"]],
  })
    .argument("<id>", "the session")
    .action(lazily(async () => (await import("../actions/control.ts")).interrupt));
}
