import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";
import { integerBetween } from "../options.ts";

export function defineLogs(): Command {
  return defineServerCommand("logs", {
    description: "what was run in a session, with its output",
    examples: [
      ["holdfast logs demo"],
      ["holdfast logs demo -n 5 -f", "the last five, then live"],
      ["holdfast logs demo --json | jq .code"],
    ],
  })
    .argument("<id>", "the session")
    .option("-f, --follow", "go on with what comes, until the session ends")
    .option("-n, --last <number>", "at most so many of the past", integerBetween(0, 100_000), 1_000)
    .action(lazily(async () => (await import("../actions/logs.ts")).logs));
}
