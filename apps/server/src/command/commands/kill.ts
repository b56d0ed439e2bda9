import type { Command } from "commander";
import { defineServerCommand, lazily } from "../define.ts";

export function defineKill(): Command {
  return defineServerCommand("kill", {
    description: "end sessions, with all that they started",
    examples: [["holdfast kill demo"], ["holdfast kill --all"]],
  })
    .argument("[id...]", "sessions, by their ids or the beginnings of them")
    .option("-a, --all", "all sessions of the server")
    .action(lazily(async () => (await import("../actions/kill.ts")).kill));
}
