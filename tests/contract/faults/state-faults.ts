import { runSecretly, withEvents, withRequests, withWorkerChanges } from "./altered.ts";
import type { Fault } from "./fault.ts";

const refusals = [
  "restore() refuses nothing at all",
  "restore() refuses noise",
  "restore() refuses a state whose beginning is damaged",
  "restore() refuses a state that is cut short",
];
const nothing = { skipped: [] };

async function* firstOf(pieces: AsyncIterable<Uint8Array>) {
  for await (const piece of pieces) {
    yield piece;
    return;
  }
}

export const stateFaults: readonly Fault[] = [
  {
    name: "restores nothing",
    fails: [
      "restore() brings a state back in the same worker",
      "restore() brings the state of a worker that has ended",
      "restore() takes a state in pieces of any size",
      ...refusals,
    ],
    broken: (runtime) => withWorkerChanges(runtime, () => ({ restore: async () => nothing })),
  },
  {
    name: "clears the state before it looks at what to restore",
    fails: refusals,
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        restore: async (pieces) => {
          await worker.deleteVariables!(null);
          return worker.restore!(pieces);
        },
      })),
  },
  {
    name: "restores the first piece only",
    fails: ["restore() takes a state in pieces of any size"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        restore: (pieces) => worker.restore!(firstOf(pieces)),
      })),
  },
  {
    name: "loses state by a checkpoint",
    fails: ["checkpoint() tells its format and what it left out"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        checkpoint: async (write) => {
          const report = await worker.checkpoint!(write);
          await runSecretly(worker, "unset kept");
          return report;
        },
      })),
  },
  {
    name: "does not wait for the pieces of a checkpoint to be taken",
    fails: ["checkpoint() waits for each piece", "checkpoint() fails with what failed"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        checkpoint: (write) =>
          worker.checkpoint!(async (piece) => void write(Buffer.from(piece)).catch(() => {})),
      })),
  },
  {
    name: "writes checkpoints of workers that have ended",
    fails: ["checkpoint() and restore() of a worker that has ended"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        checkpoint: (write) =>
          worker.checkpoint!(write).catch(() => ({ format: "bash", skipped: [] })),
      })),
  },
  {
    name: "forks by a fresh start",
    fails: [
      "fork() gives a second worker with the whole state",
      "fork() of a worker that has ended",
    ],
    broken: (runtime, atEnd) =>
      withWorkerChanges(runtime, () => ({
        fork: async (options) => {
          const worker = await runtime.start(options);
          atEnd(() => worker.stop());
          return { worker, skipped: [] };
        },
      })),
  },
  {
    name: "gives itself for its fork",
    fails: [
      "fork() gives a second worker with the whole state",
      "fork() leaves two that go their own ways",
      "a fork outlives the worker",
    ],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({ fork: async () => ({ worker, skipped: [] }) })),
  },
  {
    name: "lists variables of its own",
    fails: [
      "variables() of a new worker are none",
      "variables() lists what code has kept",
      "deleteVariables() without names removes all",
    ],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        variables: async (options) => [
          ...(await worker.variables!(options)),
          {
            name: "adapter",
            type: "internal",
            repr: "?",
            sizeBytes: null,
            source: null,
            value: null,
            valueTruncated: false,
          },
        ],
      })),
  },
  {
    name: "gives values that nobody asked for",
    fails: ["variables() lists what code has kept"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        variables: (options) => worker.variables!({ ...options, withValues: true }),
      })),
  },
  {
    name: "lists all variables, whichever are asked for",
    fails: ["variables() by name are those that there are"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        variables: (options) => worker.variables!({ ...options, names: null }),
      })),
  },
  {
    name: "sets variables by code that it puts together",
    fails: ["setVariable() gives code a variable", "setVariable() refuses a name"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        setVariable: (name, value) => runSecretly(worker, `${name}="${value as string}"`),
      })),
  },
  {
    name: "removes all variables, whichever are named",
    fails: [
      "deleteVariables() removes those that are named",
      "deleteVariables() refuses a name that is not there",
    ],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        deleteVariables: () => worker.deleteVariables!(null),
      })),
  },
  {
    name: "removes no variables",
    fails: ["deleteVariables() without names removes all"],
    broken: (runtime) => withWorkerChanges(runtime, () => ({ deleteVariables: async () => {} })),
  },
  {
    name: "tells no changes",
    fails: ["added", "changed", "removed"]
      .map((kind) => `an execution tells on request what it has ${kind}`)
      .concat("an execution that fails tells its changes too"),
    broken: (runtime) =>
      withEvents(runtime, (tell) => (event) => {
        if (event.type !== "changes") tell(event);
      }),
  },
  {
    name: "tells changes that nobody asked for",
    fails: ["changes are told when they are asked for only"],
    broken: (runtime) => withRequests(runtime, (request) => ({ ...request, trackChanges: true })),
  },
];
