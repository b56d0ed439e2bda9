import { readdirSync } from "node:fs";
import type { Command } from "commander";
import completion, { type Command as Completion, script } from "@bomb.sh/tab";
import { connectToServer } from "../connection/connect-to-server.ts";

const patienceMs = 800;

/** Prints the script for a shell. */
export async function completions(shell: string): Promise<void> {
  script(shell, "holdfast", "holdfast");
}

/** Prints what could come next, as the scripts understand it. */
export async function complete(words: readonly string[], command: Command): Promise<void> {
  const program = command.parent ?? command;
  const files = filesFrom(words.at(-1) ?? "");
  const notebooks = files.filter((name) => name.endsWith("/") || name.endsWith(".ipynb"));
  const ids = { ...(await idsFor(program, words)), file: files, notebook: notebooks };
  describe(completion, program, ids);
  for (const one of program.commands) {
    if (one.name() === command.name()) continue;
    describe(completion.command(one.name(), one.description()), one, ids);
    for (const sub of one.commands)
      describe(completion.command(`${one.name()} ${sub.name()}`, sub.description()), sub, ids);
  }
  completion.parse([...words]);
}

type Ids = Readonly<Record<string, readonly string[]>>;

/** Tells the library what a command takes. */
function describe(target: Completion, command: Command, ids: Ids): void {
  const helper = command.createHelp();
  for (const { long, short, description, required, optional, argChoices } of helper.visibleOptions(
    command,
  )) {
    const name = (long ?? "").slice(2);
    const alias = short?.slice(1);
    if (name === "") continue;
    if (required || optional)
      target.option(name, description, offering(argChoices ?? ids[name] ?? []), alias);
    else target.option(name, description, alias);
  }
  for (const argument of command.registeredArguments) {
    const choices = argument.argChoices ?? ids[argument.name()] ?? [];
    target.argument(argument.name(), offering(choices), argument.variadic);
  }
}

function offering(choices: readonly string[]) {
  return (offer: (value: string, description: string) => void) => {
    for (const choice of choices) offer(choice, "");
  };
}

/** Files here that begin so; the library lets no shell complete them by itself. */
function filesFrom(word: string): readonly string[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  try {
    const entries = readdirSync(folder === "" ? "." : folder, { withFileTypes: true });
    return entries
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
      .filter((path) => path.startsWith(word));
  } catch {
    return [];
  }
}

/** Ids of sessions and checkpoints, where the command that is typed takes some; none when no server answers in time. */
async function idsFor(program: Command, words: readonly string[]): Promise<Ids> {
  const command = program.commands.find((one) => one.name() === words[0]);
  if (command === undefined) return {};
  const names = new Set([
    ...[command, ...command.commands].flatMap(({ registeredArguments }) =>
      registeredArguments.map((argument) => argument.name()),
    ),
    ...command.options.map(({ long }) => long?.slice(2) ?? ""),
  ]);
  const { HOLDFAST_URL: url, HOLDFAST_TOKEN: token } = process.env;
  const { client } = connectToServer({
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
  });
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const { items } =
      names.has("id") || names.has("session")
        ? await client.sessions.list({ limit: 1000, signal }).page()
        : { items: [] };
    const checkpoints = names.has("checkpoint")
      ? (await client.checkpoints.list({ limit: 1000, signal }).page()).items
      : [];
    const sessions = items.map((session) => session.id);
    return { id: sessions, session: sessions, checkpoint: checkpoints.map((one) => one.id) };
  } catch {
    return {};
  }
}
