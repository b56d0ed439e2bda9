import { type Argument, Command, Help, type HelpConfiguration } from "commander";
import { jsonOption, serverOptions } from "./options.ts";
import { style } from "./terminal/style.ts";

/** What a command does: answers its exit code, or nothing for 0. */
export type Action = (...args: never[]) => Promise<number | void>;

/** What is said of a command. */
export interface CommandText {
  /** One line. */
  readonly description: string;
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [commandLine: string, what?: string])[];
  /** Paragraphs behind the options. */
  readonly notes?: string;
}

const helpConfiguration: HelpConfiguration = {
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" "),
  styleTitle: (text) => style("bold", text),
  styleCommandText: (text) => style("cyan", text),
  styleSubcommandText: (text) => style("cyan", text),
  styleOptionText: (text) => style("cyan", text),
  styleArgumentText: (text) => style("cyan", text),
  prepareContext(context) {
    this.helpWidth = Math.min(context.helpWidth ?? 100, 100);
    Help.prototype.prepareContext.call(this as Help, { ...context, helpWidth: this.helpWidth });
  },
};

/** A command with its help, and without what it does: {@link lazily}. */
export function defineCommand(name: string, text: CommandText): Command {
  const command = new Command(name)
    .description(text.description)
    .helpOption("-h, --help", "show this help")
    .configureHelp(helpConfiguration)
    .addHelpText("after", () => `\n${afterText(text)}`);
  return command;
}

/** {@link defineCommand}, for one that speaks to a running server and can answer programs. */
export function defineServerCommand(name: string, text: CommandText): Command {
  const command = defineCommand(name, text).addOption(jsonOption());
  for (const option of serverOptions()) command.addOption(option);
  return command;
}

/** An action that is loaded when it is called; `--help` and other commands do not pay for it. */
export function lazily<A extends Action>(
  load: () => Promise<A>,
): (...args: Parameters<A>) => Promise<void> {
  return async (...args) => {
    const action = await load();
    const code = await action(...args);
    if (typeof code === "number") process.exitCode = code;
  };
}

function argumentTerm(argument: Argument): string {
  const { required, variadic } = argument;
  const text = `${argument.name()}${variadic ? "..." : ""}`;
  return required ? `<${text}>` : `[${text}]`;
}

function afterText({ examples, notes }: CommandText): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) =>
    what === undefined ? `  ${line}` : `  ${line.padEnd(width)}  ${style("dim", what)}`,
  );
  const shown = `${style("bold", "Examples:")}\n${lines.join("\n")}\n`;
  return notes === undefined ? shown : `${notes.trim()}\n\n${shown}`;
}
