import type {
  DisplayView,
  EndView,
  ErrorView,
  EventView,
  ExecutionView,
  MimeView,
} from "../http/views.ts";

/** One piece of what a run shows, in order. */
export type Output =
  | {
      readonly kind: "stdout" | "stderr";
      readonly text: string;
      /** Whether what came before `text` is not shown. */
      readonly isCut: boolean;
    }
  | { readonly kind: "result" | "note"; readonly text: string }
  | {
      readonly kind: "prompt";
      readonly seq: number;
      readonly text: string;
      readonly isSecret: boolean;
      readonly answer: string;
    }
  | { readonly kind: "error"; readonly error: ErrorView }
  | { readonly kind: "rich"; readonly mime: MimeView; readonly displayId: string | null };

/** What is known of one execution. */
export interface RunState {
  /** Known when the server has answered. */
  readonly executionId: string | null;
  readonly isBackground: boolean;
  readonly outputs: readonly Output[];
  /** `sending` until the server has the code, then as the server says. */
  readonly status: string;
  readonly startedAt: number | null;
  readonly end: EndView | null;
  readonly ask: {
    readonly seq: number;
    readonly prompt: string;
    readonly isPassword: boolean;
  } | null;
  /** Why the page cannot tell more. */
  readonly problem: string | null;
}

// A page that holds all of a flood is of no use; what the server keeps can be fetched.
const mostText = 300_000;
const mostOutputs = 500;

/** A run whose code is on its way. */
export function newRun(isBackground: boolean): RunState {
  return {
    executionId: null,
    isBackground,
    outputs: [],
    status: "sending",
    startedAt: null,
    end: null,
    ask: null,
    problem: null,
  };
}

/** Whether nothing more will come of it. */
export function isOver({ end, problem }: RunState): boolean {
  return end !== null || problem !== null;
}

/**
 * The run of an execution that was there before the page. It is whole where the order of its output is certain;
 * otherwise its events are to be followed from the first.
 */
export function runOf(execution: ExecutionView): RunState {
  const { id, background, status, startedAt, stdout, stderr, displays } = execution;
  const run: RunState = {
    ...newRun(background),
    executionId: id,
    status,
    startedAt: startedAt === null ? null : Date.parse(startedAt),
  };
  const kinds = [stdout !== "", stderr !== "", displays.length > 0].filter(Boolean).length;
  const hasEnded = status !== "queued" && status !== "running";
  return hasEnded && kinds <= 1 && !execution.truncated ? wholeRun(run, execution) : run;
}

function wholeRun(run: RunState, execution: ExecutionView): RunState {
  const { stdout, stderr, displays, result, error } = execution;
  const events: [EventView, string][] = [
    [{ seq: 0, type: "stdout" }, stdout],
    [{ seq: 0, type: "stderr" }, stderr],
    ...displays.map((one): [EventView, string] => [{ seq: 0, type: "display", ...one }, ""]),
  ];
  if (result !== null) events.push([{ seq: 0, type: "result", ...result }, ""]);
  if (error !== null) events.push([{ seq: 0, type: "error", ...error }, ""]);
  events.push([{ seq: 0, ...execution, type: "completed" }, ""]);
  return events.reduce((state, [event, text]) => withEvent(state, event, text), run);
}

/** A run after one more event; `text` is what an output event says, decoded. */
export function withEvent(run: RunState, event: EventView, text: string): RunState {
  switch (event.type) {
    case "started":
      return { ...run, status: "running", executionId: event.executionId, startedAt: Date.now() };
    case "stdout":
    case "stderr":
      return text === ""
        ? run
        : { ...run, outputs: bounded(withText(run.outputs, event.type, text)) };
    case "display":
      return { ...run, outputs: bounded(withDisplay(run.outputs, event)) };
    case "result":
      return { ...run, outputs: [...run.outputs, resultOf(event)] };
    case "error": {
      const { name, message, traceback, text: whole } = event;
      const error: ErrorView = { name, message, traceback, text: whole };
      return { ...run, outputs: [...run.outputs, { kind: "error", error }] };
    }
    case "input_request": {
      const { seq, prompt, password } = event;
      const output: Output = { kind: "prompt", seq, text: prompt, isSecret: password, answer: "" };
      const ask = { seq, prompt, isPassword: password };
      return { ...run, ask, outputs: bounded([...run.outputs, output]) };
    }
    case "gap": {
      const note: Output = { kind: "note", text: "some output was not kept" };
      return { ...run, outputs: bounded([...run.outputs, note]) };
    }
    case "completed": {
      const { status, exitCode, signal, durationMs, sessionState, changes } = event;
      const end: EndView = { status, exitCode, signal, durationMs, sessionState, changes };
      return { ...run, ask: null, status, end };
    }
    default:
      return run; // of a newer server
  }
}

/** A run whose question was answered; secrets are not shown again. */
export function withAnswer(run: RunState, seq: number, data: string): RunState {
  const outputs = run.outputs.map((one) =>
    one.kind === "prompt" && one.seq === seq
      ? { ...one, answer: one.isSecret ? "••••" : data }
      : one,
  );
  // The next question may have come before the server has said that it took the answer.
  return { ...run, ask: run.ask?.seq === seq ? null : run.ask, outputs };
}

function withText(outputs: readonly Output[], kind: "stdout" | "stderr", text: string): Output[] {
  const last = outputs.at(-1);
  if (last?.kind !== kind)
    return [...outputs, { kind, text: text.slice(-mostText), isCut: text.length > mostText }];
  const joined = last.text + text;
  const isCut = last.isCut || joined.length > mostText;
  return [...outputs.slice(0, -1), { kind, text: joined.slice(-mostText), isCut }];
}

function withDisplay(
  outputs: readonly Output[],
  { mime, displayId, update }: DisplayView,
): Output[] {
  const output: Output = { kind: "rich", mime, displayId };
  const at = update
    ? outputs.findLastIndex((one) => one.kind === "rich" && one.displayId === displayId)
    : -1;
  return at === -1 ? [...outputs, output] : outputs.with(at, output);
}

function resultOf({ mime, repr }: { readonly mime: MimeView; readonly repr: string }): Output {
  const isRich = Object.keys(mime).some((type) => type !== "text/plain");
  return isRich ? { kind: "rich", mime, displayId: null } : { kind: "result", text: repr };
}

function bounded(outputs: Output[]): Output[] {
  if (outputs.length <= mostOutputs) return outputs;
  const note: Output = { kind: "note", text: "earlier output is not shown" };
  return [note, ...outputs.slice(1 - mostOutputs)];
}
