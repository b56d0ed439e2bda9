import { syncBuiltinESMExports } from "node:module";
import { type Execution, certainOwner, owner } from "./execution.ts";
import { runImmediate } from "./immediates.ts";
import { opened, wasTerminated } from "./interrupts.ts";
import { apply, clearInterval, defineProperty } from "./primordials.ts";

type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Start = (callback: unknown, ...args: unknown[]) => unknown;
type Wait = (...args: unknown[]) => Promise<unknown>;
type Run = (timer: unknown, run: () => unknown) => unknown;

/**
 * Makes timers of an interrupted execution do nothing: what waits for one, such as a loop of an asynchronous function, would go on
 * otherwise. Those of executions that ended by themselves are left alone.
 */
export function stopTimersOfInterrupted(): void {
  const timers = process.getBuiltinModule("node:timers") as unknown as Record<string, Start>;
  const promises = process.getBuiltinModule("node:timers/promises") as unknown as Record<
    string,
    Wait
  >;
  const { promisify } = process.getBuiltinModule("node:util");
  for (const name of ["setTimeout", "setImmediate"]) {
    const wait = promises[name] as Wait;
    const waiting = named(wait, (...args) => unlessInterrupted(apply(wait, promises, args)));
    promises[name] = waiting as Wait;
    const run = name === "setImmediate" ? runImmediate : undefined;
    const start = wrapStart(timers[name] as Start, run);
    defineProperty(start, promisify.custom, { value: waiting, configurable: true });
    install(timers, name, start);
  }
  install(timers, "setInterval", wrapStart(timers["setInterval"] as Start));
  dropTicksOfInterrupted();
  syncBuiltinESMExports();
}

/**
 * A tick that makes the next one is never over: what is terminated in between goes on when Node comes back to the queue, with no
 * turn of the event loop before. So an interrupted execution makes no more of them.
 */
function dropTicksOfInterrupted(): void {
  const nextTick = Reflect.get(process, "nextTick") as Start;
  process.nextTick = named(nextTick, (...args) => {
    const execution = certainOwner();
    if (isOver(execution)) return;
    apply(nextTick, process, args);
  });
}

/** Whether it was interrupted, by the time in which code was terminated for it. */
function isOver(execution: Execution | null): boolean {
  return execution !== null && (execution.isInterrupted || wasTerminated(execution.number));
}

function wrapStart(start: Start, run: Run = (_, code) => code()): Start {
  return named(start, function (this: unknown, ...args) {
    const callback = args[0];
    if (typeof callback !== "function") return apply(start, this, args);
    const execution = owner();
    const guarded: Callback = function (...given) {
      return run(this, () => {
        if (!isOver(execution)) return opened(() => apply(callback as Callback, this, given));
        clearInterval(this as NodeJS.Timeout);
        return undefined;
      });
    };
    args[0] = guarded;
    return apply(start, this, args);
  });
}

async function unlessInterrupted(waited: Promise<unknown>): Promise<unknown> {
  const execution = owner();
  const value = await waited;
  return execution?.isInterrupted === true ? new Promise(() => {}) : value;
}

function named(
  original: (...args: never[]) => unknown,
  wrapped: (this: unknown, ...args: unknown[]) => unknown,
): (this: unknown, ...args: unknown[]) => unknown {
  defineProperty(wrapped, "name", { value: original.name, configurable: true });
  defineProperty(wrapped, "length", { value: original.length, configurable: true });
  return wrapped;
}

function install(timers: Record<string, Start>, name: string, value: Start): void {
  timers[name] = value;
  defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
