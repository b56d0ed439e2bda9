import { HoldfastError } from "../errors/holdfast-error.ts";
import { stderrSink } from "./stderr-sink.ts";

/** What can be followed: each part of the way that an execution goes, from the outside to the inside. */
export const debugComponents = [
  "host",
  "session",
  "execution",
  "runtime",
  "channel",
  "worker",
] as const;

export type DebugComponent = (typeof debugComponents)[number];

/** Ids, times, sizes and names of ours; never code, input, output or environment. */
export type DebugFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes one line: what happened, and its facts. */
export type DebugLog = (what: string, fields?: DebugFields) => void;

/** What {@link enableDebug} needs. */
export interface DebugOptions {
  /** Names out of {@link debugComponents} with commas between them, or `*` for all. @default `*` */
  readonly components?: string;
  /** Receives each line, which ends in a newline. What it throws is dropped. @default standard error */
  readonly write?: (line: string) => void;
}

interface Sink {
  readonly components: readonly DebugComponent[];
  readonly write: (line: string) => void;
}

const maxValueLength = 200;
const sinks = new Set<Sink>();
const logs: { [Component in DebugComponent]?: DebugLog } = {};

/**
 * The logs that are on. Call them as `debug.session?.("what", { … })`: where a log is off, its fields are not even made.
 */
export const debug: { readonly [Component in DebugComponent]?: DebugLog } = logs;

/**
 * Switches debug logs on, in this process; `HOLDFAST_DEBUG` does the same from its start.
 * @returns what switches them off again
 * @throws HoldfastError `invalid_request` for a component that there is not
 */
export function enableDebug({ components = "*", write }: DebugOptions = {}): () => void {
  const sink: Sink = {
    components: parseComponents(components),
    write: write ?? stderrSink(process.stderr),
  };
  sinks.add(sink);
  refresh();
  return () => {
    sinks.delete(sink);
    refresh();
  };
}

function parseComponents(text: string): readonly DebugComponent[] {
  const wanted = text.split(",").map((name) => name.trim());
  if (wanted.includes("*")) return debugComponents;
  for (const name of wanted.filter((one) => one !== "")) {
    if ((debugComponents as readonly string[]).includes(name)) continue;
    throw new HoldfastError({
      code: "invalid_request",
      message: `debug component: received ${JSON.stringify(name.slice(0, 100))}, allowed ${debugComponents.join(", ")}, *`,
      details: { received: name.slice(0, 100), allowed: [...debugComponents, "*"] },
    });
  }
  return debugComponents.filter((name) => wanted.includes(name));
}

function refresh(): void {
  for (const component of debugComponents) {
    const wanting = [...sinks].filter(({ components }) => components.includes(component));
    if (wanting.length === 0) delete logs[component];
    else
      logs[component] = (what, fields) => writeLine(wanting, formatLine(component, what, fields));
  }
}

function writeLine(wanting: readonly Sink[], line: string): void {
  for (const { write } of wanting) {
    try {
      write(line);
    } catch {
      // A log that cannot be written stops nothing.
    }
  }
}

function formatLine(component: DebugComponent, what: string, fields: DebugFields = {}): string {
  const facts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`);
  return `${new Date().toISOString()} holdfast:${component} ${what}${facts.join("")}\n`;
}

function formatValue(value: DebugFields[string]): string {
  if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
  const text = String(value).slice(0, maxValueLength);
  return /^[!#-<>-~]+$/.test(text) ? text : JSON.stringify(text);
}

function enableFromEnvironment(components: string | undefined): void {
  if (components === undefined || components === "") return;
  try {
    enableDebug({ components });
  } catch (error) {
    process.emitWarning(`HOLDFAST_DEBUG: ${(error as Error).message}`);
  }
}

enableFromEnvironment(process.env["HOLDFAST_DEBUG"]);
