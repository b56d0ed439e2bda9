import { quote } from "./quote.ts";

/** What the shell is told of one execution. */
export interface ShellLine {
  /** Chosen for this execution; the status record must carry it. */
  readonly nonce: string;
  readonly code: string;
  /** File with the code when it is too large for the line. */
  readonly codeFile: string | null;
  /** Name of the pair of output FIFOs. */
  readonly pair: string;
  /** Path that becomes standard input. */
  readonly stdin: string;
  readonly isLive: boolean;
  /** `$-` after the last execution: tracing is switched off between them. */
  readonly flags: string;
  /** What `trap -p EXIT DEBUG` said after the last execution. */
  readonly traps: string;
}

/** Marks the EXIT trap that is ours in what `trap -p` prints. */
const ourTrap = "__holdfast_exit ";

/** The assignments, ended by NUL, that make the shell run the code. */
export function shellLine(line: ShellLine): string {
  const { exit, debug } = userTraps(line.traps);
  const tracing = [...line.flags].filter((flag) => flag === "x" || flag === "v").join("");
  // In front of the code, so that neither the trap nor the tracing sees anything of ours.
  const before = `${debug === null ? "" : `${debug}; `}${tracing === "" ? "" : `set -${tracing}; `}`;
  const after = tail(line.code, tracing !== "");
  const parts = [
    `__holdfast_nonce=${line.nonce}`,
    `__holdfast_pair=${line.pair}`,
    `__holdfast_in=${quote(line.stdin)}`,
    `__holdfast_live=${line.isLive ? "1" : ""}`,
    `__holdfast_exits=${/\b(?:exit|logout)\b/.test(line.code) ? "1" : ""}`,
    line.codeFile === null
      ? `__holdfast_file= __holdfast_code=${quote(`${before}${line.code}${after}`)}`
      : `__holdfast_file=${quote(line.codeFile)}`,
  ];
  const wrap = exit === null ? "" : `\n__holdfast_wrap ${exit}`;
  return `${parts.join(" ")}${wrap}\0`;
}

/** What goes into the file of an execution whose code is too large for the line. */
export function codeFileText(code: string): string {
  return `${code}${tail(code, false)}`;
}

/**
 * What is run behind the code to learn `$?` and `$_` before anything of ours changes them. Not where the text could be
 * taken for a part of the code.
 */
function tail(code: string, isTracing: boolean): string {
  if (/<<|DEBUG|\\\n?$/.test(code)) return "";
  const capture = "__holdfast_s=$? __holdfast_u=$_";
  return isTracing || /\bset\b/.test(code)
    ? `\n{ ${capture} __holdfast_f=$-; set +xv; } 2>/dev/null`
    : `\n${capture}`;
}

/** The user's own traps, as commands. `exit` is `null` while ours stands, the empty trap when there is none at all. */
export function userTraps(traps: string): { exit: string | null; debug: string | null } {
  const debug = /^trap -- '(?:[^']|'\\'')*' DEBUG$/m.exec(traps)?.[0] ?? null;
  const exit = /^trap -- ('(?:[^']|'\\'')*') EXIT$/m.exec(traps)?.[1] ?? "''";
  return { exit: exit.startsWith(`'${ourTrap}`) ? null : exit, debug };
}
