import { quote } from "./quote.ts";

/** What the shell is told of one execution. */
export interface ShellLine {
  /** Chosen for this execution; the status record must carry it. */
  readonly nonce: string;
  readonly code: string;
  /** Name of the pair of output FIFOs. */
  readonly pair: string;
  /** Path that becomes standard input. */
  readonly stdin: string;
  readonly isLive: boolean;
  /** `$-` after the last execution: tracing is switched off between them. */
  readonly flags: string;
  /** What `trap -p EXIT DEBUG RTMAX` said after the last execution. */
  readonly traps: string;
}

/** Marks the EXIT trap that is ours in what `trap -p` prints. */
const ourTrap = "__holdfast_exit ";

/** Stands between the fields of a line: no white space to bash, and in no path of ours. */
const separator = "\x1f";

// Text up to here goes in the line itself, which the shell reads byte by byte; a file costs about 100 us.
const maxInlineText = 512;

/** Puts a text into a file for the shell, and answers its path. */
export type PutText = (name: string, text: string) => string;

/**
 * The line, ended by NUL, that makes the shell run the code. Short, also where code and traps are not: what the pipe does not
 * take at once would be lost.
 */
export function shellLine(line: ShellLine, put: PutText): string {
  const { exit, debug, isInterruptible } = userTraps(line.traps);
  const tracing = [...line.flags].filter((flag) => flag === "x" || flag === "v").join("");
  // In front of the code, so that neither the trap nor the tracing sees anything of ours.
  const before = `${setsExitTrap(line.code) ? "__holdfast_guard; " : ""}${debug === null ? "" : `${debug}; `}${tracing === "" ? "" : `set -${tracing}; `}`;
  const text = `${before}${line.code}`;
  const codeFile = text.length > maxInlineText ? put("code", text) : null;
  const fields = [
    `H${line.nonce}`,
    line.pair,
    line.stdin,
    line.isLive ? "1" : "",
    /\b(?:exit|logout)\b/.test(line.code) ? "1" : "",
    tail(line.code, tracing !== "", debug !== null),
    codeFile ?? "",
    codeFile === null ? text : "",
  ];
  const wrap =
    (exit === null ? "" : longCommand("wrap", `__holdfast_wrap ${exit}`, put)) +
    (isInterruptible ? "" : command("__holdfast_wrap_interrupt"));
  // The end keeps bash from taking a separator at the end of the code for its own.
  return `${wrap}${fields.join(separator)}\n\0`;
}

/** A line with a command of ours in place of an execution. */
export function command(text: string): string {
  return `C${separator.repeat(7)}${text}\n\0`;
}

/** A command that may be longer than what a pipe takes at once: then it goes by a file of that name. */
export function longCommand(name: string, text: string, put: PutText): string {
  return command(text.length > maxInlineText ? `builtin . ${quote(put(name, text))}` : text);
}

/** A line with a command of ours that runs where code does: at top level, with its positional parameters. */
export function topLevelCommand(text: string): string {
  return `K${separator.repeat(7)}${text}\n\0`;
}

/** Where functions are traced too, one of ours would show. */
function setsExitTrap(code: string): boolean {
  return (
    /\btrap\b.*\b(?:EXIT|0)\b/s.test(code) && !/functrace|extdebug|DEBUG|\bset\s+-\w*T/.test(code)
  );
}

/**
 * What is run behind the code to learn `$?` and `$_` before anything of ours changes them: t, x where tracing may be on,
 * d where there may be a DEBUG trap, and nothing where the text could be taken for a part of the code, or be shown.
 */
function tail(code: string, isTracing: boolean, isDebugging: boolean): "t" | "x" | "d" | "" {
  if (mayBeUnfinished(code) || /\bset\b.*(?:[-+]\w*v|verbose)/.test(code)) return "";
  if (isDebugging || code.includes("DEBUG")) return "d";
  return isTracing || /\bset\b/.test(code) ? "x" : "t";
}

/** Pairs whose halves are counted, quoted or not: that errs towards saying that something is unfinished. */
const pairs = [
  [/\bif\b/g, /\bfi\b/g],
  [/\bcase\b/g, /\besac\b/g],
  [/\bdo\b/g, /\bdone\b/g],
  [/\(/g, /\)/g],
  [/\{/g, /\}/g],
  [/\[\[/g, /\]\]/g],
] as const;

/** Whether bash might still wait for something at the end of the code. Only that nothing unfinished is missed matters. */
function mayBeUnfinished(code: string): boolean {
  if (/<<|\r|\\\n?$|(?:\||&&)\s*$/.test(code)) return true;
  const count = (pattern: RegExp) => code.match(pattern)?.length ?? 0;
  if ([/'/g, /"/g, /`/g].some((mark) => count(mark) % 2 === 1)) return true;
  return pairs.some(([open, close]) => count(open) !== count(close));
}

/** The user's own traps, as commands. `exit` is `null` while ours stands, the empty trap when there is none at all. */
export function userTraps(traps: string): {
  readonly exit: string | null;
  readonly debug: string | null;
  /** Our RTMAX trap stands. */
  readonly isInterruptible: boolean;
} {
  const debug = /^trap -- '(?:[^']|'\\'')*' DEBUG$/m.exec(traps)?.[0] ?? null;
  const exit = /^trap -- ('(?:[^']|'\\'')*') EXIT$/m.exec(traps)?.[1] ?? "''";
  return {
    exit: exit.startsWith(`'${ourTrap}`) ? null : exit,
    debug,
    isInterruptible: /^trap -- '__holdfast_interrupt .* (?:SIG)?RTMAX$/m.test(traps),
  };
}
