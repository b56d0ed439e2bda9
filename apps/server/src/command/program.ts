import type { Command } from "commander";
import { version } from "../version.ts";
import { defineAttach } from "./commands/attach.ts";
import { defineBench } from "./commands/bench.ts";
import { defineCheckpoint } from "./commands/checkpoint.ts";
import { defineCheckpoints } from "./commands/checkpoints.ts";
import { defineComplete, defineCompletions } from "./commands/completions.ts";
import { defineCreate } from "./commands/create.ts";
import { defineDoctor } from "./commands/doctor.ts";
import { defineExec } from "./commands/exec.ts";
import { defineFiles } from "./commands/files.ts";
import { defineFork } from "./commands/fork.ts";
import { defineInterrupt } from "./commands/interrupt.ts";
import { defineKill } from "./commands/kill.ts";
import { defineLogs } from "./commands/logs.ts";
import { defineMcp } from "./commands/mcp.ts";
import { definePool } from "./commands/pool.ts";
import { definePs } from "./commands/ps.ts";
import { defineRepl } from "./commands/repl.ts";
import { defineRestart } from "./commands/restart.ts";
import { defineRestore } from "./commands/restore.ts";
import { defineRun } from "./commands/run.ts";
import { defineRuntimes } from "./commands/runtimes.ts";
import { defineServe } from "./commands/serve.ts";
import { defineCommand } from "./define.ts";

/** The commands, in the order of the help. */
const groups: readonly (readonly [title: string, define: readonly (() => Command)[]])[] = [
  ["Run code:", [defineExec, defineRun, defineRepl, defineMcp]],
  [
    "Sessions of a server:",
    [
      definePs,
      defineCreate,
      defineAttach,
      defineLogs,
      defineInterrupt,
      defineRestart,
      defineKill,
      defineFiles,
    ],
  ],
  ["State:", [defineCheckpoint, defineCheckpoints, defineRestore, defineFork]],
  [
    "Server and machine:",
    [defineServe, defineDoctor, defineRuntimes, definePool, defineBench, defineCompletions],
  ],
];

/** The `holdfast` command with all its commands; none of them is loaded yet. */
export function createProgram(): Command {
  const program = defineCommand("holdfast", {
    description: "Code-execution sessions that keep their state",
    examples: [
      ["echo 'sum(range(10))' | holdfast exec -r python -"],
      ["holdfast serve", "and open http://127.0.0.1:4650"],
    ],
    notes: "holdfast COMMAND --help says more about one of them.",
  });
  program
    .version(`holdfast ${version()}`, "-v, --version", "show the version")
    .helpCommand("help [command]", "show the help of a command");
  for (const [title, definitions] of groups)
    for (const define of definitions) program.addCommand(define().helpGroup(title));
  program.addCommand(defineComplete(), { hidden: true });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(subcommandsOf)])
    prepare(command);
  return program;
}

function subcommandsOf({ commands }: Command): readonly Command[] {
  return commands;
}

/** Errors are thrown, and written by who called. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
}
