import {
  altered,
  never,
  withEvents,
  withExecutions,
  withRequests,
  withWorkerChanges,
} from "./altered.ts";
import type { Fault } from "./fault.ts";

export const inputFaults: readonly Fault[] = [
  {
    name: "has something on standard input that nobody gave",
    fails: ["standard input is empty when none is given"],
    broken: (runtime) =>
      withRequests(runtime, (request) => ({
        ...request,
        stdin: request.stdin ?? Buffer.from("something"),
      })),
  },
  {
    name: "drops the last byte of standard input",
    fails: ["standard input is what was given", "standard input of 200 KB"],
    broken: (runtime) =>
      withRequests(runtime, (request) => ({
        ...request,
        stdin: request.stdin?.subarray(0, -1) ?? null,
      })),
  },
  {
    name: "gives the next execution what one left of its input",
    fails: ["what one execution leaves of its input"],
    broken: (runtime) => {
      let rest: Uint8Array | null = null;
      return withRequests(runtime, (request) => {
        const stdin = request.stdin ?? rest;
        rest = request.stdin;
        return { ...request, stdin };
      });
    },
  },
  {
    name: "takes input that nobody waits for",
    fails: [
      "write() is refused with input_not_expected without allowInput",
      "write() to an execution that has ended",
    ],
    broken: (runtime) =>
      withExecutions(runtime, (execution) => ({
        write: (data, options) => execution.write(data, options).catch(() => {}),
      })),
  },
  {
    name: "loses what is written",
    neverComes: true,
    fails: ["write() answers code that reads a line"],
    broken: (runtime) => withExecutions(runtime, () => ({ write: async () => {} })),
  },
  {
    name: "swaps the first two lines that are written",
    fails: ["several lines are read in the order"],
    broken: (runtime) =>
      withExecutions(runtime, (execution) => {
        const lines: Uint8Array[] = [];
        return {
          write: async (data) => {
            if (lines.push(data) === 1) return;
            await execution.write(data);
            if (lines.length === 2) await execution.write(lines[0] as Uint8Array);
          },
        };
      }),
  },
  {
    name: "has input for the first execution only",
    neverComes: true,
    fails: ["input works in the second execution"],
    broken: (runtime) => {
      let count = 0;
      return withExecutions(runtime, () => (++count === 1 ? {} : { write: async () => {} }));
    },
  },
  {
    name: "gives what is written before what was given",
    fails: ["bytes that were given come before"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        execute: (request, tell) => {
          const execution = worker.execute({ ...request, stdin: null }, tell);
          const given = request.stdin ?? Buffer.alloc(0);
          return altered(execution, {
            write: (data, options) => execution.write(Buffer.concat([data, given]), options),
          });
        },
      })),
  },
  {
    name: "does not end its input",
    neverComes: true,
    fails: ["write() with close ends the input"],
    broken: (runtime) =>
      withExecutions(runtime, (execution) => ({ write: (data) => execution.write(data) })),
  },
  {
    name: "takes no interrupt while code waits for input",
    neverComes: true,
    fails: ["code that waits for input can be interrupted"],
    broken: (runtime) =>
      withExecutions(runtime, (execution, { request }) => ({
        interrupt: () => {
          if (!request.allowInput) execution.interrupt();
        },
      })),
  },
  {
    name: "gives the next execution what was written for one",
    fails: ["input that was not read does not reach the next"],
    broken: (runtime) => {
      let last: Uint8Array | null = null;
      return withWorkerChanges(runtime, (worker) => ({
        execute: (request, tell) => {
          const execution = worker.execute({ ...request, stdin: last }, tell);
          return altered(execution, {
            write: (data, options) => {
              last = data;
              return execution.write(data, options);
            },
          });
        },
      }));
    },
  },
  {
    name: "does not tell that code asks",
    base: "python",
    neverComes: true,
    fails: ["code that asks tells its prompt"],
    broken: (runtime) =>
      withEvents(runtime, (tell) => (event) => {
        if (event.type !== "input_request") tell(event);
      }),
  },
  {
    name: "waits for all that holds its output",
    neverComes: true,
    fails: ["an execution ends although what it started holds its output"],
    broken: (runtime) =>
      withExecutions(runtime, (_, { request }) =>
        request.code.includes("until [[") ? { ended: never() } : {},
      ),
  },
];
