import type { Outcome } from "./plain-bash.ts";

interface DocumentedDifference {
  /** Stands word for word in docs/adapters.md. */
  readonly reason: string;
  /** Takes the difference out of what a session did, where it is of one form: the rest must then be equal. */
  readonly undo?: (session: Outcome) => Outcome;
}

/** What a session of bash does not do as a plain bash does. */
export const documentedDifferences = {
  syntax: {
    reason: "Messages about syntax say `bash: eval: line N`",
    undo: (session) => ({
      ...session,
      stderr: session.stderr.replaceAll(/^bash: eval: line/gm, "bash: line"),
    }),
  },
  tracing: {
    reason: "`set -x` repeats the first character of `PS4` once more",
    undo: (session) => ({ ...session, stderr: session.stderr.replaceAll(/^([+t])(?=\1)/gm, "") }),
  },
  names: {
    reason: "names that begin with `__holdfast_`",
    undo: (session) => ({
      ...session,
      stdout: session.stdout.replaceAll(/^.*holdfast.*\n/gim, ""),
    }),
  },
  loops: { reason: "`break` and `continue` at top level end the execution" },
  "top level": { reason: "An error at which bash goes back to its top level ends the execution" },
  conditional: { reason: "A word that is missing within `[[ ]]` ends the execution with 2" },
  "one command": { reason: "`set -t` does nothing" },
  "exit trap": { reason: "An `EXIT` trap runs when the shell of the session ends" },
  lines: { reason: "Lines are counted from 1 in every execution" },
  streams: { reason: "What `exec` does to descriptors 0, 1 and 2 holds for the execution" },
  functions: { reason: "A function of yours named `exec` is run by our part of the shell too" },
  PIPESTATUS: { reason: "`PIPESTATUS` of the execution before is not seen" },
  "last backslash": { reason: "A backslash at the very end stays" },
} as const satisfies Readonly<Record<string, DocumentedDifference>>;

/** Name of a documented difference. */
export type DifferenceName = keyof typeof documentedDifferences;

/** The difference of that name. @throws Error when there is none */
export function documentedDifference(name: string): DocumentedDifference {
  if (Object.hasOwn(documentedDifferences, name))
    return documentedDifferences[name as DifferenceName];
  throw new Error(`${name} is no documented difference`);
}
