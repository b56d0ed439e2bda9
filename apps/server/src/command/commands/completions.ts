import { Argument, type Command } from "commander";
import { defineCommand, lazily } from "../define.ts";

export function defineCompletions(): Command {
  return defineCommand("completions", {
    description: "a script that lets your shell complete holdfast's command lines",
    examples: [
      ["source <(holdfast completions bash)", "in ~/.bashrc"],
      ["source <(holdfast completions zsh)", "in ~/.zshrc"],
      ["holdfast completions fish > ~/.config/fish/completions/holdfast.fish"],
    ],
    notes: "Commands, options, and the ids of a server's sessions and checkpoints are completed.",
  })
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .action(lazily(async () => (await import("../actions/completions.ts")).completions));
}

/** What the scripts call with the words so far. */
export function defineComplete(): Command {
  return defineCommand("complete", {
    description: "what could come next on a command line",
    examples: [["holdfast complete -- ch"]],
  })
    .argument("[words...]", "the words so far; the last one is to be completed")
    .action((words: readonly string[], _options: unknown, command: Command) =>
      lazily(async () => (await import("../actions/completions.ts")).complete)(words, command),
    );
}
