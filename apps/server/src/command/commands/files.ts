import { Command } from "commander";
import { type CommandText, defineCommand, defineServerCommand, lazily } from "../define.ts";

export function defineFiles(): Command {
  return defineCommand("files", {
    description: "the files of a session: ls, cat, put, rm",
    examples: [
      ["holdfast files ls demo"],
      ["holdfast files cat demo plot.png > plot.png"],
      ["holdfast files put demo data.csv"],
      ["tar c src | holdfast files put demo src.tar -"],
    ],
    notes: "A relative path begins in the directory where the session is at the moment.",
  })
    .addCommand(listing())
    .addCommand(reading())
    .addCommand(writing())
    .addCommand(removing());
}

function listing(): Command {
  return sub("ls", { description: "list a directory", examples: [["holdfast files ls demo data"]] })
    .argument("[path]", "the directory", ".")
    .action(lazily(async () => (await import("../actions/files.ts")).list));
}

function reading(): Command {
  return sub("cat", {
    description: "write a file to standard output, as it is",
    examples: [["holdfast files cat demo plot.png > plot.png"]],
  })
    .argument("<path>", "the file")
    .action(lazily(async () => (await import("../actions/files.ts")).read));
}

function writing(): Command {
  return sub("put", {
    description: "write a file: at once, or not at all",
    examples: [
      ["holdfast files put demo data.csv", "under its own name"],
      ["holdfast files put demo in/data.csv data.csv", "making the directory in"],
    ],
  })
    .argument("<path>", "the file in the session; also the one here, if that is not named")
    .argument("[file]", "the file here; - for standard input")
    .action(lazily(async () => (await import("../actions/files.ts")).put));
}

function removing(): Command {
  return sub("rm", {
    description: "remove a file",
    examples: [["holdfast files rm demo data.csv"], ["holdfast files rm -r demo data"]],
  })
    .argument("<path>", "the file")
    .option("-r, --recursive", "a directory, with all that is in it")
    .action(lazily(async () => (await import("../actions/files.ts")).remove));
}

function sub(name: string, text: CommandText): Command {
  return defineServerCommand(name, text).argument("<id>", "the session");
}
