import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import type { Worker, WorkerExecution } from "@holdfast/core";
import {
  never,
  runSecretly,
  withEvents,
  withExecutions,
  withOutcomes,
  withRequests,
  withWorkerChanges,
} from "./altered.ts";
import type { Fault } from "./fault.ts";

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

export const executionFaults: readonly Fault[] = [
  {
    name: "opens a descriptor for each execution and keeps it",
    neverComes: true,
    fails: ["50 executions leave no", "starts, executions and stops leave nothing behind"],
    broken: (runtime, atEnd) =>
      withRequests(runtime, (request) => {
        const fd = openSync("/dev/null", "r");
        atEnd(() => closeSync(fd));
        return request;
      }),
  },
  {
    name: "keeps the variables of an execution for the session",
    fails: [
      "execute() gives variables to one execution alone",
      "a variable of the session's is what it was",
      "variables for one execution alone go when it fails",
      "variables for one execution alone go when it is interrupted",
    ],
    broken: (runtime) =>
      withRequests(runtime, (request) => {
        const exports = Object.entries(request.env ?? {}).map(
          ([name, value]) => `export ${name}=${quote(value)}\n`,
        );
        return { ...request, env: null, code: exports.join("") + request.code };
      }),
  },
  {
    name: "keeps the directory of an execution for the session",
    fails: [
      "execute() runs in a directory for one execution alone",
      "the session's directory is back after an execution in another that failed",
      "the session's directory is back after an execution in another that went elsewhere",
      "a directory that is not there ends the execution",
    ],
    broken: (runtime) =>
      withRequests(runtime, ({ cwd, ...request }) => ({
        ...request,
        cwd: null,
        code: cwd === null ? request.code : `cd -- ${quote(cwd)}\n${request.code}`,
      })),
  },
  {
    name: "takes directories as seen from the root",
    fails: ["a relative directory is one of the session's own"],
    broken: (runtime) =>
      withRequests(runtime, (request) => ({
        ...request,
        cwd: request.cwd === null ? null : resolve("/", request.cwd),
      })),
  },
  {
    name: "does not pause",
    fails: ["pause() makes the code wait"],
    broken: (runtime) => withExecutions(runtime, () => ({ pause: () => {} })),
  },
  {
    name: "loses what comes while it is paused",
    fails: ["pause() makes the code wait"],
    broken: (runtime) => {
      let isPaused = false;
      const losing = withEvents(runtime, (tell) => (event) => {
        if (!isPaused || event.type !== "stdout") tell(event);
      });
      return withExecutions(losing, () => ({
        pause: () => void (isPaused = true),
        resume: () => void (isPaused = false),
      }));
    },
  },
  {
    name: "takes no interrupt while it is paused",
    fails: ["an interrupt reaches code that waits for its output"],
    broken: (runtime) =>
      withExecutions(runtime, (execution) => {
        let isPaused = false;
        return {
          pause: () => {
            isPaused = true;
            execution.pause();
          },
          interrupt: () => {
            if (!isPaused) execution.interrupt();
          },
        };
      }),
  },
  {
    name: "does not stop what waits for its output to be read",
    neverComes: true,
    fails: ["stop() ends code that waits for its output"],
    broken: (runtime, atEnd) => {
      let isPaused = false;
      const pausing = withExecutions(runtime, (execution) => ({
        pause: () => {
          isPaused = true;
          execution.pause();
        },
      }));
      return withWorkerChanges(pausing, (worker) => {
        atEnd(() => worker.stop());
        return { stop: (options) => (isPaused ? never() : worker.stop(options)) };
      });
    },
  },
  {
    name: "pauses whatever runs next",
    neverComes: true,
    fails: ["pause() of an execution that has ended"],
    broken: (runtime) => {
      let isPaused = false;
      return withExecutions(runtime, (execution) => {
        if (isPaused) execution.pause();
        return {
          pause: () => {
            isPaused = true;
            execution.pause();
          },
        };
      });
    },
  },
  {
    name: "cannot be interrupted",
    neverComes: true,
    fails: [
      "interrupt() ends code that computes",
      "interrupt() ends code that waits",
      "an interrupted execution keeps the output",
      "interrupt() right after execute()",
      "code that waits for input can be interrupted",
    ],
    broken: (runtime) => withExecutions(runtime, () => ({ interrupt: () => {} })),
  },
  {
    name: "takes an interrupt for an error",
    fails: [
      "interrupt() twice is as once",
      "interrupt() ends code that waits",
      "an interrupted execution keeps the output",
    ],
    broken: (runtime) =>
      withOutcomes(runtime, (outcome) =>
        outcome.status === "interrupted" ? { ...outcome, status: "error" } : outcome,
      ),
  },
  {
    name: "loses state by an interrupt",
    fails: ["interrupt() ends code that computes"],
    broken: (runtime) =>
      withOutcomes(runtime, async (outcome, { worker }) => {
        if (outcome.status === "interrupted") await runSecretly(worker, "unset kept");
        return outcome;
      }),
  },
  {
    name: "forgets interrupts that come before the code runs",
    neverComes: true,
    fails: ["interrupt() right after execute()"],
    broken: (runtime) => {
      const started = new Set<string>();
      const telling = withEvents(runtime, (tell, { executionId }) => (event) => {
        if (event.type === "started") started.add(executionId);
        tell(event);
      });
      return withExecutions(telling, (execution, { request }) => ({
        interrupt: () => {
          if (started.has(request.executionId)) execution.interrupt();
        },
      }));
    },
  },
  {
    name: "keeps an interrupt for the next execution",
    fails: ["interrupt() after the end does nothing", "interrupts at any moment of 30 executions"],
    broken: (runtime) => {
      let isKept = false;
      let isTaken = false;
      const late = withExecutions(runtime, (execution) => ({
        interrupt: () => {
          isKept = true;
          execution.interrupt();
        },
      }));
      const taking = withRequests(late, (request) => {
        isTaken = isKept;
        isKept = false;
        return isTaken ? { ...request, code: "" } : request;
      });
      return withOutcomes(taking, (outcome) =>
        isTaken ? { ...outcome, status: "interrupted" } : outcome,
      );
    },
  },
  {
    name: "interrupts whatever runs",
    fails: ["interrupt() of an execution that has ended leaves the one alone"],
    broken: (runtime) => {
      const last = new Map<number, WorkerExecution>();
      return withExecutions(runtime, (execution, { worker }) => {
        last.set(worker.pid, execution);
        return { interrupt: () => last.get(worker.pid)?.interrupt() };
      });
    },
  },
  {
    name: "interrupts its neighbours, too",
    fails: ["interrupt() of one worker leaves another alone"],
    broken: (runtime) => {
      const all = new Map<Worker, WorkerExecution>();
      return withExecutions(runtime, (execution, { worker }) => {
        all.set(worker, execution);
        return {
          interrupt: () => {
            const others = [...all.values()].filter((other) => other !== execution);
            for (const other of others) other.interrupt();
            void Promise.all(others.map(({ ended }) => ended)).then(() => execution.interrupt());
          },
        };
      });
    },
  },
];
