import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function definePs(): Command {
  return defineServerCommand("ps", {
    description: "the sessions of a server",
    examples: [
      ["holdfast ps"],
      ["holdfast ps --watch", "anew every second, until Ctrl-C"],
      ["holdfast ps --json | jq -r '.[].id'"],
    ],
  })
    .option("-w, --watch", "go on, and show it anew every second")
    .option("-q, --quiet", "print the ids only")
    .action(lazily(async () => (await import("../actions/ps.ts")).ps));
}
