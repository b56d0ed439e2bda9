import type { WorkerEvent } from "@holdfast/core";
import { withEvents, withOutcomes, withWorkerChanges } from "./altered.ts";
import type { Fault } from "./fault.ts";

type Result = WorkerEvent & { readonly type: "result" };

const base = "python";

/** Alters results. */
function onResult(change: (event: Result) => Result): Fault["broken"] {
  return (runtime) =>
    withEvents(runtime, (tell) => (event) => tell(event.type === "result" ? change(event) : event));
}

/** Holds events of a type back until the end. */
function atTheEnd(type: WorkerEvent["type"]): Fault["broken"] {
  return (runtime) => {
    const held = new Map<string, WorkerEvent[]>();
    const holding = withEvents(runtime, (tell, { executionId }) => (event) => {
      if (event.type !== type) return tell(event);
      const copy = event.type === "stdout" ? { ...event, bytes: Buffer.from(event.bytes) } : event;
      held.set(executionId, [...(held.get(executionId) ?? []), copy]);
    });
    return withOutcomes(holding, (outcome, { request, tell }) => {
      for (const event of held.get(request.executionId) ?? []) tell(event);
      return outcome;
    });
  };
}

export const valueFaults: readonly Fault[] = [
  {
    name: "has no values",
    base,
    fails: [
      "a result has the value of the last expression",
      "a value that the protocol does not have",
    ],
    broken: onResult((event) => ({ ...event, value: null })),
  },
  {
    name: "tells output behind the result",
    base,
    fails: ["a result comes behind all output"],
    broken: atTheEnd("stdout"),
  },
  {
    name: "has a result for everything",
    base,
    fails: ["code without a value has no result", "an execution that fails has no result"],
    broken: (runtime) =>
      withOutcomes(runtime, (outcome, { tell }) => {
        tell({ type: "result", repr: "?", value: null, valueTruncated: false, mime: {} });
        return outcome;
      }),
  },
  {
    name: "cuts values and does not say so",
    base,
    fails: ["a value of 4 MB arrives"],
    broken: onResult((event) => ({ ...event, value: "", valueTruncated: false })),
  },
  {
    name: "shows displays at the end",
    base,
    fails: ["a display is told as it is shown"],
    broken: atTheEnd("display"),
  },
  {
    name: "completes nothing",
    base,
    fails: ["complete() knows the user's names"],
    broken: (runtime) =>
      withWorkerChanges(runtime, () => ({
        complete: async (_, cursor) => ({ matches: [], start: cursor, end: cursor }),
      })),
  },
  {
    name: "counts UTF-16 units where it completes",
    base,
    fails: ["complete() counts code points"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        complete: async (code, cursor) => {
          const { matches, start, end } = await worker.complete!(code, cursor);
          const units = (count: number) => [...code].slice(0, count).join("").length;
          return { matches, start: units(start), end: units(end) };
        },
      })),
  },
  {
    name: "completes by guessing",
    base,
    fails: ["complete() has no matches where there are none"],
    broken: (runtime) =>
      withWorkerChanges(runtime, () => ({
        complete: async (_, cursor) => ({ matches: ["guess"], start: 0, end: cursor }),
      })),
  },
  {
    name: "documents everything",
    base,
    fails: ["inspect() documents what stands at the cursor"],
    broken: (runtime) =>
      withWorkerChanges(runtime, () => ({ inspect: async () => ({ "text/plain": "a thing" }) })),
  },
];
