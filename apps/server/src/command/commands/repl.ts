import { Argument, type Command, Option } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { serverOptions } from "../options.ts";

export function defineRepl(): Command {
  const command = defineCommand("repl", {
    description: "type code and see what it does, in Python, JavaScript or bash",
    examples: [
      ["holdfast repl"],
      ["holdfast repl bash"],
      ["holdfast repl --session demo", "in a session of a running server"],
    ],
    notes: `
Tab completes, the arrow keys bring earlier lines back, also those of another day. A block ends with a blank
line. Ctrl-C interrupts what runs, and drops what was typed; the third in a row ends the worker. Ctrl-D ends it.`,
  })
    .addArgument(
      new Argument("[runtime]", "the language").choices(["python", "javascript", "bash"]),
    )
    .addOption(new Option("-s, --session <id>", "this session of a server").helpGroup("Server:"));
  for (const option of serverOptions()) command.addOption(option);
  return command.action(lazily(async () => (await import("../actions/repl.ts")).repl));
}
