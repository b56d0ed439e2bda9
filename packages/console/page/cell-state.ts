import type { DisplayView, EndView, EventView, ExecutionView, MimeView } from "./api.ts";

/** One piece of what a cell shows, in order. */
export type Output =
  | {
      readonly kind: "stdout" | "stderr";
      readonly text: string;
      /** Whether what came before `text` is not shown. */
      readonly isCut: boolean;
    }
  | { readonly kind: "result" | "error" | "note"; readonly text: string }
  | { readonly kind: "rich"; readonly mime: MimeView; readonly displayId: string | null };

/** What is known of one execution. */
export interface CellState {
  /** Of the page's own; an execution has its id when the server has answered. */
  readonly key: string;
  readonly executionId: string | null;
  readonly code: string;
  readonly isBackground: boolean;
  readonly outputs: readonly Output[];
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

/** A cell whose code is on its way. */
export function newCell(key: string, code: string, isBackground: boolean): CellState {
  return {
    key,
    executionId: null,
    code,
    isBackground,
    outputs: [],
    status: "queued",
    startedAt: null,
    end: null,
    ask: null,
    problem: null,
  };
}

/** The cell of an execution that was there before the page; its events are to be followed from the first. */
export function cellOf({ id, code, background, status }: ExecutionView): CellState {
  return { ...newCell(id, code, background), executionId: id, status };
}

/** A cell after one more event; `text` is what an output event says, decoded. */
export function withEvent(cell: CellState, event: EventView, text: string): CellState {
  switch (event.type) {
    case "started":
      return { ...cell, status: "running", executionId: event.executionId, startedAt: Date.now() };
    case "stdout":
    case "stderr":
      return text === ""
        ? cell
        : { ...cell, outputs: bounded(withText(cell.outputs, event.type, text)) };
    case "display":
      return { ...cell, outputs: bounded(withDisplay(cell.outputs, event)) };
    case "result": {
      const isRich = Object.keys(event.mime).some((type) => type !== "text/plain");
      const output: Output = isRich
        ? { kind: "rich", mime: event.mime, displayId: null }
        : { kind: "result", text: event.repr };
      return { ...cell, outputs: [...cell.outputs, output] };
    }
    case "error":
      return { ...cell, outputs: [...cell.outputs, { kind: "error", text: event.text }] };
    case "input_request": {
      const { seq, prompt, password } = event;
      return { ...cell, ask: { seq, prompt, isPassword: password } };
    }
    case "gap": {
      const note: Output = { kind: "note", text: "some output was not kept" };
      return { ...cell, outputs: bounded([...cell.outputs, note]) };
    }
    case "completed":
      return { ...cell, ask: null, status: event.status, end: event };
    default:
      return cell; // of a newer server
  }
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

function bounded(outputs: Output[]): Output[] {
  if (outputs.length <= mostOutputs) return outputs;
  const note: Output = { kind: "note", text: "earlier output is not shown" };
  return [note, ...outputs.slice(1 - mostOutputs)];
}
