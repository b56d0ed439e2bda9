import type { EventView, ExecutionView } from "./api.ts";
import type { CellState, Output } from "./cell.tsx";

// A page that holds all of a flood is of no use; what is kept on the server can be fetched.
const mostText = 400_000;

/** A cell after one more event. */
export function withEvent(cell: CellState, event: EventView, text: string): CellState {
  switch (event.type) {
    case "started":
      return { ...cell, status: "running", executionId: event.executionId ?? cell.executionId };
    case "stdout":
    case "stderr":
      return { ...cell, ask: null, outputs: appended(cell.outputs, event.type, text) };
    case "display":
      return { ...cell, outputs: [...cell.outputs, { kind: "rich", mime: event.mime ?? {} }] };
    case "result":
      return {
        ...cell,
        outputs: [...cell.outputs, resultOutput(event.mime ?? {}, event.repr ?? "")],
      };
    case "error":
      return { ...cell, outputs: [...cell.outputs, { kind: "error", text }] };
    case "input_request":
      return { ...cell, ask: { prompt: event.prompt ?? "", isPassword: event.password ?? false } };
    case "gap":
      return {
        ...cell,
        outputs: [...cell.outputs, { kind: "note", text: "… some output was not kept …" }],
      };
    case "completed":
      return { ...cell, ask: null, status: event.status ?? "ok", footer: footerOf(event) };
    default:
      return cell;
  }
}

/** A cell of an execution that was there before the page. */
export function cellOf(session: string, execution: ExecutionView): CellState {
  const outputs: Output[] = [];
  if (execution.stdout !== "")
    outputs.push({ kind: "stdout", text: execution.stdout.slice(0, mostText) });
  if (execution.stderr !== "")
    outputs.push({ kind: "stderr", text: execution.stderr.slice(0, mostText) });
  for (const { mime } of execution.displays) outputs.push({ kind: "rich", mime });
  if (execution.result !== null)
    outputs.push(resultOutput(execution.result.mime, execution.result.repr));
  if (execution.error !== null) outputs.push({ kind: "error", text: execution.error.text });
  return {
    key: execution.id,
    session,
    executionId: execution.id,
    code: null,
    outputs,
    status: execution.status,
    footer: footerOf(execution),
    ask: null,
  };
}

function appended(outputs: readonly Output[], kind: "stdout" | "stderr", text: string): Output[] {
  const last = outputs.at(-1);
  if (last?.kind !== kind) return [...outputs, { kind, text }];
  const joined = last.text + text;
  return [...outputs.slice(0, -1), { kind, text: joined.slice(-mostText) }];
}

function resultOutput(mime: Readonly<Record<string, string>>, repr: string): Output {
  const isRich = Object.keys(mime).some((type) => type !== "text/plain");
  return isRich ? { kind: "rich", mime } : { kind: "result", text: repr };
}

function footerOf(end: Partial<ExecutionView>): string {
  const how =
    end.signal != null
      ? `ended by ${end.signal}`
      : end.exitCode != null && end.exitCode !== 0
        ? `exit code ${end.exitCode}`
        : "";
  const state = end.sessionState === "lost" ? "the session's state is lost" : "";
  const time = `${((end.durationMs ?? 0) / 1000).toFixed(3)} s`;
  return [how, state, time].filter((one) => one !== "").join(" · ");
}
