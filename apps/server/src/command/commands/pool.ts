import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function definePool(): Command {
  return defineServerCommand("pool", {
    description: "the warm workers of a server, and how often they were there in time",
    examples: [["holdfast pool"], ["holdfast pool --json"]],
  }).action(lazily(async () => (await import("../actions/pool.ts")).pool));
}
