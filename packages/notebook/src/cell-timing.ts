import type { CodeCell } from "./notebook.ts";

/** Writes down when what happened, as nbclient does. */
export function startTiming(cell: CodeCell, isOn: boolean): { readonly end: () => void } {
  if (!isOn) return { end: () => undefined };
  const begin = timestamp();
  const execution: Record<string, string> = {
    "iopub.status.busy": begin,
    "iopub.execute_input": begin,
  };
  cell.metadata["execution"] = execution;
  return {
    end: () => {
      execution["iopub.status.idle"] = execution["shell.execute_reply"] = timestamp();
    },
  };
}

/** With microseconds, as Python writes times. */
function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const micros = String(Math.floor((now % 1) * 1000)).padStart(3, "0");
  return new Date(now).toISOString().replace("Z", `${micros}Z`);
}
