import type { WorkerEvent, WorkerEventListener } from "@holdfast/core";
import {
  withCode,
  withEvents,
  withOutcomes,
  withRequests,
  withWorkerChanges,
  altered,
} from "./altered.ts";
import type { Fault } from "./fault.ts";

type Output = WorkerEvent & { readonly type: "stdout" | "stderr" };

const isOutput = (event: WorkerEvent): event is Output =>
  event.type === "stdout" || event.type === "stderr";

/** A listener that alters output, or leaves it out. */
function onOutput(
  change: (event: Output) => Output | null,
): (tell: WorkerEventListener) => WorkerEventListener {
  return (tell) => (event) => {
    const told = isOutput(event) ? change(event) : event;
    if (told !== null) tell(told);
  };
}

export const outputFaults: readonly Fault[] = [
  {
    name: "drops the last byte of each piece",
    fails: [
      "execute() delivers standard output",
      "execute() delivers standard error",
      "execute() delivers every byte",
      "execute() delivers 8 MiB",
      "100,000 lines",
      "code of 300 KB",
      "a background execution has output of its own",
    ],
    broken: (runtime) =>
      withEvents(
        runtime,
        onOutput(({ type, bytes }) =>
          bytes.length < 2 ? null : { type, bytes: bytes.subarray(0, -1) },
        ),
      ),
  },
  {
    name: "has one stream for both",
    fails: ["execute() delivers standard error", "execute() keeps both streams apart"],
    broken: (runtime) =>
      withEvents(
        runtime,
        onOutput(({ bytes }) => ({ type: "stdout", bytes })),
      ),
  },
  {
    name: "takes output for text",
    fails: ["execute() delivers every byte"],
    broken: (runtime) =>
      withEvents(
        runtime,
        onOutput(({ type, bytes }) => ({ type, bytes: Buffer.from(bytes.toString()) })),
      ),
  },
  {
    name: "takes escape sequences out",
    fails: ["what looks like a protocol"],
    broken: (runtime) =>
      withEvents(
        runtime,
        onOutput(({ type, bytes }) => ({
          type,
          // oxlint-disable-next-line no-control-regex -- what is looked for
          bytes: Buffer.from(bytes.toString().replaceAll(/\u001B\[\d*[A-Z]/g, "")),
        })),
      ),
  },
  {
    name: "tells output of no bytes",
    fails: ["code that prints nothing", "a long line comes in pieces"],
    broken: (runtime) =>
      withEvents(runtime, (tell) => (event) => {
        tell(event);
        if (event.type === "started") tell({ type: "stdout", bytes: Buffer.alloc(0) });
      }),
  },
  {
    name: "tells output at the end, in one piece",
    neverComes: true,
    fails: ["output is delivered while the code runs", "a long line comes in pieces"],
    broken: (runtime) => {
      const kept = new Map<string, Buffer[]>();
      const keeping = withEvents(runtime, (tell, { executionId }) => {
        kept.set(executionId, []);
        return (event) => {
          if (event.type !== "stdout") return tell(event);
          kept.get(executionId)?.push(Buffer.from(event.bytes));
        };
      });
      return withOutcomes(keeping, (outcome, { request, tell }) => {
        tell({ type: "stdout", bytes: Buffer.concat(kept.get(request.executionId) ?? []) });
        return outcome;
      });
    },
  },
  {
    name: "swaps the first two pieces",
    fails: ["100,000 lines", "a reader that pauses at every piece"],
    broken: (runtime) =>
      withEvents(runtime, (tell) => {
        let held: WorkerEvent | null = null;
        let count = 0;
        return (event) => {
          if (!isOutput(event)) return tell(event);
          count++;
          if (count === 1) held = { ...event, bytes: Buffer.from(event.bytes) };
          else tell(event);
          if (count === 2 && held !== null) tell(held);
        };
      }),
  },
  {
    name: "gives nothing of what processes print that the code starts",
    fails: ["what a process prints that the code starts"],
    broken: (runtime) =>
      withCode(runtime, (code) => code.replace(/^env printf.*$/m, "$& >/dev/null")),
  },
  {
    name: "has no output any more when code has closed it",
    fails: ["an execution that closes its output"],
    broken: (runtime) => {
      let isClosed = false;
      return withEvents(runtime, (tell, { code }) => {
        const wasClosed = isClosed;
        if (code.includes("exec 1>&-")) isClosed = true;
        return (event) => {
          if (!wasClosed || !isOutput(event)) tell(event);
        };
      });
    },
  },
  {
    name: "gives output to a neighbour",
    fails: ["four workers that print at once"],
    broken: (runtime) => {
      const all: WorkerEventListener[] = [];
      return withEvents(runtime, (tell) => {
        const own = all.push(tell);
        return (event) => (isOutput(event) ? all[own % all.length] : tell)?.(event);
      });
    },
  },
  {
    name: "tells its start twice, and of no process that there is",
    fails: [
      "an execution tells that it has started",
      "the worker's process is the same after every execution",
    ],
    broken: (runtime) => {
      let pid = 2 ** 22;
      return withEvents(runtime, (tell) => (event) => {
        if (event.type !== "started") return tell(event);
        tell({ type: "started", pid: ++pid });
        tell({ type: "started", pid });
      });
    },
  },
  {
    name: "tells its start before execute() has returned",
    fails: ["no event comes before execute() has returned"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        execute: (request, tell) => {
          tell({ type: "started", pid: worker.pid });
          return worker.execute(request, tell);
        },
      })),
  },
  {
    name: "tells the last piece of output after the end",
    fails: ["no event comes after ended", "execute() delivers standard output"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        execute: (request, tell) => {
          let held: WorkerEvent | null = null;
          const execution = worker.execute(request, (event) => {
            if (!isOutput(event)) return tell(event);
            if (held !== null) tell(held);
            held = { ...event, bytes: Buffer.from(event.bytes) };
          });
          void execution.ended.then(() => setImmediate(() => held === null || tell(held)));
          return execution;
        },
      })),
  },
  {
    name: "takes the start of an execution for its end",
    fails: ["execute() delivers standard output"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        execute: (request, tell) => {
          const started = Promise.withResolvers<void>();
          const execution = worker.execute(request, (event) => {
            tell(event);
            if (event.type === "started") started.resolve();
          });
          const ended = started.promise.then(
            () => ({ status: "ok", exitCode: 0, signal: null }) as const,
          );
          return altered(execution, { ended });
        },
      })),
  },
  {
    name: "takes empty code for a mistake",
    fails: ["empty code is ok"],
    broken: (runtime) =>
      withOutcomes(runtime, (outcome, { request }) =>
        request.code === "" ? { ...outcome, status: "error" } : outcome,
      ),
  },
  {
    name: "cuts code after 64 KiB",
    fails: ["code of 300 KB"],
    broken: (runtime) => withCode(runtime, (code) => code.slice(0, 1 << 16)),
  },
  {
    name: "runs each execution in a process of its own",
    fails: [
      "an execution finds the state",
      "a directory that code goes to",
      "what was kept before a failure",
      "interrupt() ends code that computes",
      "restore() brings a state back in the same worker",
    ],
    broken: (runtime) => withCode(runtime, (code) => `(${code}\n)`),
  },
  {
    name: "loses the output of the 150th execution",
    fails: ["200 small executions"],
    broken: (runtime) => {
      let count = 0;
      return withRequests(runtime, (request) =>
        ++count === 150 ? { ...request, code: "" } : request,
      );
    },
  },
];
