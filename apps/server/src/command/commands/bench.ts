import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";
import { integerBetween } from "../options.ts";

export function defineBench(): Command {
  return defineServerCommand("bench", {
    description: "how fast sessions are on this machine, in half a minute",
    examples: [
      ["holdfast bench"],
      ["holdfast bench --url http://127.0.0.1:4650", "over HTTP, of that server"],
    ],
    notes: `
Without --url everything runs in this process: what a request costs is counted, what a network costs is not.
Each result is checked, and what is set up before is not counted. Other work on the machine makes all figures worse.`,
  })
    .option("-n, --rounds <number>", "how often each is measured", integerBetween(3, 10_000), 30)
    .action(lazily(async () => (await import("../actions/bench.ts")).bench));
}
