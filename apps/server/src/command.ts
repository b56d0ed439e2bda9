#!/usr/bin/env node
import { createProgram } from "./command/program.ts";
import { reportError } from "./command/report-error.ts";
import { isSupportedNode, supportedNode } from "./command/supported-node.ts";

for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // a reader that is gone, as with `| head -1`

const words = process.argv.slice(2);
// Command lines can be read by everybody on the machine.
if (words.some((word) => /^--token\b/.test(word))) process.title = `holdfast ${words[0]}`;
const program = createProgram();
try {
  expectNode();
  await program.parseAsync(words.length === 0 ? ["--help"] : words, { from: "user" });
} catch (error) {
  const command = program.commands.find((one) => one.name() === words[0]);
  const name = command === undefined ? "holdfast" : `holdfast ${command.name()}`;
  const { exitCode, text } = reportError(error, name);
  process.stderr.write(text);
  process.exitCode = exitCode;
}

function expectNode(): void {
  if (!isSupportedNode(process.versions.node))
    throw new Error(`${supportedNode} is needed, this is ${process.version}`);
}
