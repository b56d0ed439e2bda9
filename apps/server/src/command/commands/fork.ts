import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";
import { integerBetween } from "../options.ts";

export function defineFork(): Command {
  return defineServerCommand("fork", {
    description: "make sessions with the whole state of this one, and print their ids",
    examples: [["holdfast fork demo"], ["holdfast fork demo -n 3"]],
  })
    .argument("<id>", "the session")
    .option("-n, --count <number>", "how many; all come, or none", integerBetween(1, 1000), 1)
    .action(lazily(async () => (await import("../actions/fork.ts")).fork));
}
