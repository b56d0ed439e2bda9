import { type Command, Option } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { collectVariable, jsonOption, parseDuration, serverOptions } from "../options.ts";

export function defineExec(): Command {
  const command = defineCommand("exec", {
    description: "run a file, or standard input, in a session of its own",
    examples: [
      ["holdfast exec build.sh"],
      ["echo 'sum(range(10))' | holdfast exec -r python -"],
      ["holdfast exec -c 'make test' --timeout 10m"],
      ["holdfast exec -s demo -c 'x += 1'", "in a session of a running server"],
    ],
    notes: `
Output comes as it is written, byte for byte. Code from a file gets our standard input; code that came on
standard input finds it empty. The value of the last expression of Python or
JavaScript is printed.

Exit code: that of the code; 1 for an error of Python or JavaScript, 124 for a timeout, 130 for an interrupt, 128 + n
for signal n, 2 when the command was used wrongly. Ctrl-C interrupts the code, a second one ends it.`,
  })
    .argument("[file]", "the code; - for standard input")
    .option(
      "-r, --runtime <name>",
      "bash, python or javascript; by default what the file's name says (.py, .js, .ts), else bash",
    )
    .option("-c, --code <text>", "run this instead of a file")
    .option("-t, --timeout <duration>", "interrupt after so long: 500ms, 30s, 5m", parseDuration)
    .option("-e, --env <name=value>", "a variable for the code; may be repeated", collectVariable)
    .addOption(
      new Option("-s, --session <id>", "run in this session of a server").helpGroup("Server:"),
    )
    .addOption(jsonOption("print the execution as JSON when it has ended"));
  for (const option of serverOptions()) command.addOption(option);
  return command.action(lazily(async () => (await import("../actions/exec.ts")).exec));
}
