import { HoldfastError, type NamespaceChanges, type Value, type Variable } from "@holdfast/core";
import { type Declaration, parseDeclarations } from "./declarations.ts";
import { quote } from "./quote.ts";

const maxReprCharacters = 1_000;
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,999}$/;

// What every bash has without its user.
const bashsOwn =
  /^(?:_|BASH.*|COMP_\w+|COLUMNS|DIRSTACK|EPOCH\w+|EUID|FUNCNAME|GROUPS|HIST\w+|HOLDFAST_WORKER|HOSTNAME|HOSTTYPE|IFS|LINENO|LINES|MACHTYPE|OLDPWD|OPTARG|OPTERR|OPTIND|OSTYPE|PIPESTATUS|PPID|PS4|PWD|S?RANDOM|SECONDS|SHELL|SHELLOPTS|SHLVL|TERM|UID|__holdfast\w*)$/;

/** The user's variables and functions out of what the shell wrote down: what is not bash's own, nor as it was given with the session. */
export function userVariables(
  state: string,
  env: Readonly<Record<string, string>>,
  { names, withValues }: { readonly names: readonly string[] | null; readonly withValues: boolean },
): readonly Variable[] {
  const isWanted = ({ name }: { readonly name: string }) => names === null || names.includes(name);
  const declared = userDeclarations(state)
    .filter(({ name, value }) => env[name] !== value)
    .filter(isWanted)
    .map((declaration) => variable(declaration, withValues));
  const functions = userFunctions(state)
    .filter(isWanted)
    .map(({ name, source }): Variable => ({
      name,
      type: "function",
      repr: source.slice(0, maxReprCharacters),
      sizeBytes: null,
      source,
      value: null,
      valueTruncated: false,
    }));
  return [...declared, ...functions];
}

/** How the user's variables and functions differ between two states that the shell wrote down. */
export function changesBetween(before: string, after: string): NamespaceChanges {
  const [old, now] = [definitions(before), definitions(after)];
  const names = (definitionsOf: Iterable<Definition>) => [
    ...new Set([...definitionsOf].map(({ name }) => name)),
  ];
  const entries = [...now].map(([key, definition]) => ({ was: old.get(key), ...definition }));
  return {
    added: names(entries.filter(({ was }) => was === undefined)),
    changed: names(entries.filter(({ was, text }) => was !== undefined && was.text !== text)),
    removed: names([...old].filter(([key]) => !now.has(key)).map(([, definition]) => definition)),
    modules: [],
  };
}

interface Definition {
  readonly name: string;
  readonly text: string;
}

function definitions(state: string): ReadonlyMap<string, Definition> {
  return new Map([
    ...userDeclarations(state).map(({ name, text }) => [`v ${name}`, { name, text }] as const),
    ...userFunctions(state).map(
      ({ name, source }) => [`f ${name}`, { name, text: source }] as const,
    ),
  ]);
}

function userDeclarations(state: string): readonly Declaration[] {
  return parseDeclarations(state).filter(({ name }) => !bashsOwn.test(name));
}

function userFunctions(
  state: string,
): readonly { readonly name: string; readonly source: string }[] {
  return [...state.matchAll(/^([^\s=()[\]]+) \(\)\s*\n\{ *\n[\s\S]*?^\}$/gm)].map(
    ([source, name = ""]) => ({ name, source }),
  );
}

function variable({ name, attributes, value, text }: Declaration, withValues: boolean): Variable {
  return {
    name,
    type: `declare -${attributes === "" ? "-" : attributes}`,
    repr: text.slice(0, maxReprCharacters),
    sizeBytes: null,
    source: null,
    value: withValues ? plain(value, attributes) : null,
    valueTruncated: false,
  };
}

function plain(value: Declaration["value"], attributes: string): Value {
  if (value === null || typeof value === "string") return value;
  const entries = [...value];
  const isDense = entries.every(([key], index) => key === String(index));
  return !attributes.includes("A") && isDense
    ? entries.map(([, item]) => item)
    : Object.fromEntries(entries);
}

/**
 * The command that sets a variable: text for a plain one, a list for an indexed array, a map for an associative one.
 * @throws HoldfastError `invalid_request`
 */
export function assignment(name: string, value: Value): string {
  if (!identifier.test(name) || bashsOwn.test(name))
    throw invalid(
      `variable ${JSON.stringify(name.slice(0, 100))}: allowed are names that bash does not need itself`,
    );
  if (Array.isArray(value)) {
    const items = value.map((item: Value) => quote(word(name, item)));
    return `builtin unset -v ${name} && builtin declare -ga ${name} && ${name}=(${items.join(" ")})`;
  }
  if (typeof value === "object" && value !== null) {
    if ("$type" in value)
      throw invalid(`value of ${name}: bash has text, lists of it and maps of it`);
    const items = Object.entries(value).map(
      ([key, item]) => `[${quote(key)}]=${quote(word(name, item))}`,
    );
    return `builtin unset -v ${name} && builtin declare -gA ${name} && ${name}=(${items.join(" ")})`;
  }
  return `builtin declare -g ${name}=${quote(word(name, value))}`;
}

/** The command that removes variables and functions. @throws HoldfastError `variable_not_found` */
export function removal(names: readonly string[] | null, known: readonly Variable[]): string {
  const types = new Map(known.map(({ name, type }) => [name, type]));
  const wanted = names ?? [...types.keys()];
  const missing = wanted.filter((name) => !types.has(name));
  if (missing.length > 0) {
    throw new HoldfastError({
      code: "variable_not_found",
      message: `variables that are not there: ${missing.join(", ").slice(0, 1_000)}`,
      details: { names: missing.slice(0, 100) },
    });
  }
  const commands = wanted.map(
    (name) => `builtin unset -${types.get(name) === "function" ? "f" : "v"} -- ${quote(name)}`,
  );
  return commands.length === 0 ? ":" : commands.join(" && ");
}

function word(name: string, value: Value): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw invalid(`value of ${name}: bash has text without NUL, lists of it and maps of it`);
}

function invalid(message: string): HoldfastError {
  return new HoldfastError({ code: "invalid_request", message });
}
