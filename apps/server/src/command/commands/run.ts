import { type Command, Option } from "commander";
import { defineCommand, lazily } from "../define.ts";
import { jsonOption, parseDuration, serverOptions } from "../options.ts";

export function defineRun(): Command {
  const command = defineCommand("run", {
    description: "run a Jupyter notebook, and write its outputs back",
    examples: [
      ["holdfast run analysis.ipynb"],
      ["holdfast run analysis.ipynb --output done.ipynb --timeout 10m"],
      [
        "holdfast run report.ipynb --output - | jupyter nbconvert --stdin --to html",
        "leaves the file as it is",
      ],
    ],
    notes: `
The cells run in order, in the directory of the notebook, and end at the first error. What ran until then is
written, too. Exit code: 0 when all cells ran, 1 when one failed, 124 for a timeout, 130 when it was
interrupted (Ctrl-C), 2 when the command was used wrongly or the file is no notebook.`,
  })
    .argument("<notebook>", "the .ipynb file")
    .option(
      "-o, --output <file>",
      "write it there, and leave the notebook as it is; - for standard output",
    )
    .option("--allow-errors", "go on after errors")
    .option("-t, --timeout <duration>", "for each cell: 500ms, 30s, 5m", parseDuration)
    .option("--plain", "run Python cells without IPython, also where it is installed")
    .addOption(new Option("-s, --session <id>", "in this session of a server").helpGroup("Server:"))
    .addOption(jsonOption("print how it went as JSON"));
  for (const option of serverOptions()) command.addOption(option);
  return command.action(lazily(async () => (await import("../actions/run.ts")).run));
}
