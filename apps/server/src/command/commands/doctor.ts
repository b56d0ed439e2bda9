import type { Command } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { jsonOption } from "../options.ts";

export function defineDoctor(): Command {
  return defineCommand("doctor", {
    description: "what works on this machine, and what to install for the rest",
    examples: [
      ["holdfast doctor"],
      ["holdfast doctor --json | jq '.[] | select(.status != \"ok\")'"],
    ],
    notes: "Exit code 1 when something essential is missing.",
  })
    .addOption(jsonOption())
    .action(lazily(async () => (await import("../actions/doctor.ts")).doctor));
}
