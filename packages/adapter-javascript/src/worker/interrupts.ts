import type { Session } from "node:inspector";
import { certainOwner } from "./execution.ts";
import { resumeTorn, tearRunning } from "./immediates.ts";
import { defineProperty, getCallSites, now, setImmediate } from "./primordials.ts";

// How an interrupt gets into code that computes: a thread of ours (control.ts) has the inspector evaluate an expression in the
// middle of whatever runs. That calls `tryInterrupt` below, which looks where it is, and has V8 terminate the code if it may:
// nothing is decided elsewhere, so nothing can hit what begins a moment later.

/** What the thread calls, by syntax alone, whatever names user code has taken. A property of every function. */
export const interruptKey = "holdfast:interrupt";

/** What became of an attempt. `ended`: the execution is over; `later`: it has to be tried again. */
export type Attempt = "ended" | "later" | "terminated";

// An attempt each millisecond or two; then what is neither ours nor seen to be the user's is terminated too. Well before the process would be.
const patientAttempts = 200;
const patientMs = 1_000;

let shields = 0;
let isOpen = false;
let lastEnded = 0;
let lastTerminated = 0;
let attempts = 0;
// Of one execution alone: else many that were interrupted in time would add up, and what is ours be terminated.
let attemptsFor = 0;
let attemptsSince = 0;
let wasImport = false;
let tellTerminated: (this: NodeJS.Immediate) => void = () => {};
let session: Session | null = null;
let inspector: typeof import("node:inspector") | null = null;

/** Runs something that must not be torn: an interrupt waits until it is done. */
export function shielded<Result>(run: () => Result): Result {
  shields++;
  try {
    return run();
  } finally {
    shields--;
  }
}

/** Runs user code, or what calls it: an interrupt may end it at any point, without a `finally`. */
export function opened<Result>(run: () => Result): Result {
  const wasOpen = isOpen;
  isOpen = true;
  try {
    return run();
  } finally {
    isOpen = wasOpen;
  }
}

/** Executions are counted from 1, here and by the session. */
export function noteEnded(number: number): void {
  lastEnded = number;
}

/** Whether code was terminated for an interrupt of this execution. */
export function wasTerminated(number: number): boolean {
  return lastTerminated === number;
}

/** Whether what was terminated last was the code of a module, as it was imported. */
export function wasImportTerminated(): boolean {
  return wasImport;
}

/** Lets the control thread in. `onTerminated` is called on an empty stack after code was terminated. */
export function installInterrupts(
  isOurs: (file: string) => boolean,
  onTerminated: () => void,
): void {
  tellTerminated = function () {
    // V8 ends the code at its next check, which may be the first step of what was to be shielded.
    shields = 0;
    resumeTorn(this);
    attempts = 0;
    session?.disconnect();
    session = null;
    onTerminated();
    wasImport = false;
  };
  defineProperty(Function.prototype, interruptKey, {
    value: (number: number) => tryInterrupt(number, isOurs),
  });
}

function tryInterrupt(number: number, isOurs: (file: string) => boolean): Attempt {
  if (lastEnded >= number) return "ended";
  if (attemptsFor !== number) {
    attemptsFor = number;
    attempts = 0;
    attemptsSince = now();
  }
  if (shields > 0) return "later";
  const stack = look(isOurs);
  if (!mayTerminate(number, stack)) return "later";
  wasImport ||= stack.isImport;
  isOpen = false;
  lastTerminated = number;
  inspector ??= process.getBuiltinModule("node:inspector");
  session ??= connect(inspector);
  tearRunning();
  setImmediate(tellTerminated);
  // Nothing may be called after this, or it would end that, and not what lies below.
  session.post("Runtime.terminateExecution");
  return "terminated";
}

function connect({ Session }: typeof import("node:inspector")): Session {
  const connected = new Session();
  connected.connect();
  return connected;
}

/** What runs just now, from the innermost function on. Functions of the language's own have no file, and are left out. */
interface Stack {
  readonly innermost: "user" | "ours" | "node" | null;
  readonly hasUser: boolean;
  readonly hasOurs: boolean;
  /** A module is evaluated, as it was imported. */
  readonly isImport: boolean;
}

// Without methods of arrays, which may be the user's by now.
function look(isOurs: (file: string) => boolean): Stack {
  const sites = getCallSites(200);
  let innermost: Stack["innermost"] = null;
  let hasUser = false;
  let hasOurs = false;
  let isImport = false;
  // On top are those of this file, and the expression that the thread has evaluated.
  let start = 0;
  while (start < sites.length && isOurs(sites[start]?.scriptName ?? "")) start++;
  for (let i = start + 1; i < sites.length; i++) {
    const file = sites[i]?.scriptName ?? "";
    if (file === "") continue;
    const whose = isOurs(file) ? "ours" : file.startsWith("node:") ? "node" : "user";
    innermost ??= whose;
    hasUser ||= whose === "user";
    hasOurs ||= whose === "ours";
    isImport ||= file === "node:internal/modules/esm/module_job";
  }
  return { innermost, hasUser, hasOurs, isImport };
}

/**
 * Whether what runs is the execution's own code, or serves it. All else is let finish, for a while: what an earlier execution has left,
 * and Node's own code, wherever it was called from. Torn in between, that leaves its lists of timers, for one, so that none is ever due
 * again.
 */
function mayTerminate(number: number, { innermost, hasUser, hasOurs }: Stack): boolean {
  const isOthers = (certainOwner()?.number ?? number) !== number;
  if (!isOthers && (innermost === "user" || (isOpen && innermost === "ours"))) return true;
  if (++attempts <= patientAttempts && now() - attemptsSince < patientMs) return false;
  // What was given to a timer may be a function without a file: `setTimeout(Atomics.wait, …)`.
  return isOpen || hasUser || !hasOurs;
}
