import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import type { ProcessExit, Worker } from "@holdfast/core";
import { isStopped } from "@holdfast/harness";
import {
  altered,
  never,
  runSecretly,
  withCode,
  withEvents,
  withExecutions,
  withOutcomes,
  withStartOptions,
  withWorkerChanges,
} from "./altered.ts";
import type { Fault } from "./fault.ts";

/** As a shell tells a signal. */
function asCode<Exit extends Pick<ProcessExit, "exitCode" | "signal">>(exit: Exit): Exit {
  return exit.signal === null ? exit : { ...exit, exitCode: 137, signal: null };
}

/** A process that only the fault's end ends. */
function startSleeper(atEnd: (clean: () => unknown) => void): ChildProcess {
  const sleeper = spawn("sleep", ["1000"], { stdio: "ignore" });
  atEnd(() => sleeper.kill("SIGKILL"));
  return sleeper;
}

export const endFaults: readonly Fault[] = [
  {
    name: "takes a failure for an end like any other",
    fails: ["a failure is told", "code that is not valid fails"],
    broken: (runtime) =>
      withOutcomes(runtime, ({ status, exitCode, signal }) =>
        status === "ok" || status === "error"
          ? { status: "ok", exitCode: 0, signal }
          : { status, exitCode, signal },
      ),
  },
  {
    name: "loses state by a failure",
    fails: ["what was kept before a failure"],
    broken: (runtime) =>
      withOutcomes(runtime, async (outcome, { worker }) => {
        if (outcome.exitCode === 3) await runSecretly(worker, "unset kept");
        return outcome;
      }),
  },
  {
    name: "tells errors twice",
    base: "python",
    fails: ["an error is told once"],
    broken: (runtime) =>
      withEvents(runtime, (tell) => (event) => {
        tell(event);
        if (event.type === "error") tell(event);
      }),
  },
  {
    name: "says that every process ended with exit code 1",
    fails: ["an end of the process with exit code 42", "an end of the process with exit code 0"],
    broken: (runtime) =>
      withOutcomes(runtime, (outcome) =>
        outcome.status === "lost" ? { ...outcome, exitCode: 1 } : outcome,
      ),
  },
  {
    name: "tells signals as exit codes",
    fails: [
      "an end of the process by a signal",
      "stop() takes with it what runs",
      "a worker that is killed while code runs",
      "a worker that is killed while idle",
      "a fork that is killed leaves the worker alone",
    ],
    broken: (runtime) =>
      withWorkerChanges(withOutcomes(runtime, asCode), ({ exited }) => ({
        exited: exited.then(asCode),
      })),
  },
  {
    name: "says that executions are lost whose worker lives",
    fails: ["an execution is lost only with the process gone"],
    broken: (runtime) =>
      withOutcomes(
        withCode(runtime, (code) => code.replace(/^exit 1$/m, ":")),
        (outcome) => ({ ...outcome, status: "lost" }),
      ),
  },
  {
    name: "waits for ever on a worker that has ended",
    neverComes: true,
    fails: ["execute() on a worker that has ended"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => {
        let hasExited = false;
        void worker.exited.then(() => (hasExited = true));
        return {
          execute: (request, tell) => {
            const execution = worker.execute(request, tell);
            return hasExited ? altered(execution, { ended: never() }) : execution;
          },
        };
      }),
  },
  {
    name: "starts workers with what the last one knew",
    fails: ["a worker that follows one which has ended"],
    broken: (runtime) => {
      let known = "";
      const learning = withCode(runtime, (code) => {
        known = /^kept=.*$/m.exec(code)?.[0] ?? known;
        return code;
      });
      return altered(learning, {
        start: async (options) => {
          const worker = await learning.start(options);
          if (known !== "") await runSecretly(worker, known);
          return worker;
        },
      });
    },
  },
  {
    name: "loses what is written after the end",
    neverComes: true,
    fails: ["what comes after the end is told as late"],
    broken: (runtime) =>
      withStartOptions(runtime, (options) => ({ ...options, onLateOutput: () => {} })),
  },
  {
    name: "gives late output to whoever ran last",
    fails: ["what comes late is not the next execution's", "three executions whose children"],
    broken: (runtime) => {
      let last = "";
      const following = withEvents(runtime, (tell, { executionId }) => {
        last = executionId;
        return tell;
      });
      return withStartOptions(following, (options) => ({
        ...options,
        onLateOutput: (_, stream, bytes) => options.onLateOutput?.(last, stream, bytes),
      }));
    },
  },
  {
    name: "says that what it stopped had exited",
    fails: ["stop() ends an idle worker by a kill"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        stop: async (options) => ({ ...(await worker.stop(options)), step: "exited" as const }),
      })),
  },
  {
    name: "says that what had exited was stopped",
    fails: ["stop() of a worker that has ended by itself"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => ({
        stop: async (options) => ({ ...(await worker.stop(options)), step: "kill" as const }),
      })),
  },
  {
    name: "leaves daemons behind",
    neverComes: true,
    fails: [
      "stop() takes daemons with it",
      "a daemon ends with a worker that has ended by itself",
      "a worker that is killed takes with it",
      "stop() of a background execution takes its daemons",
    ],
    // The daemon is one of the host's own.
    broken: (runtime, atEnd) =>
      withCode(runtime, (code) =>
        code.replace(/^\(setsid .*$/m, () => `printf %s ${startSleeper(atEnd).pid}`),
      ),
  },
  {
    name: "leaves a process behind for each worker",
    neverComes: true,
    fails: [
      "starts, executions and stops leave nothing behind",
      "workers that end while code runs leave nothing behind",
      "a warm worker that nobody takes is stopped",
    ],
    broken: (runtime, atEnd) =>
      altered(runtime, {
        start: (options) => {
          startSleeper(atEnd);
          return runtime.start(options);
        },
        warm: (options) => {
          startSleeper(atEnd);
          return runtime.warm!(options);
        },
      }),
  },
  {
    name: "waits for ever for what ignores signals",
    neverComes: true,
    fails: ["stop() climbs to the kill", "stop() ends a worker that is halted"],
    broken: (runtime, atEnd) =>
      withWorkerChanges(runtime, (worker) => {
        atEnd(() => worker.stop());
        return {
          stop: (options) =>
            worker.stop(options === undefined ? undefined : { terminateGraceMs: 1_000_000 }),
        };
      }),
  },
  {
    name: "kills at once, whatever the graces",
    fails: ["stop() gives code the time that its graces say"],
    broken: (runtime) => withWorkerChanges(runtime, (worker) => ({ stop: () => worker.stop() })),
  },
  {
    name: "tells another end each time it is stopped",
    fails: ["stop() may be called again"],
    broken: (runtime) =>
      withWorkerChanges(runtime, (worker) => {
        let count = 0;
        return {
          stop: async (options) => {
            const exitCode = count++;
            const report = await worker.stop(options);
            return { ...report, exit: { ...report.exit, exitCode } };
          },
        };
      }),
  },
  {
    name: "does nothing when it goes out of scope",
    fails: ["a worker that goes out of scope"],
    broken: (runtime) =>
      withWorkerChanges(runtime, () => ({ [Symbol.asyncDispose]: async () => {} })),
  },
  {
    name: "ends all workers with one",
    fails: [
      "a worker that is killed leaves its neighbour alone",
      "a worker that is stopped leaves another alone",
      "a fork outlives the worker",
      "a fork that is killed leaves the worker alone",
    ],
    broken: (runtime) => {
      const all = new Set<Worker>();
      const withOthers = async <T>(end: Promise<T>): Promise<T> => {
        const ended = await end;
        await Promise.all([...all].map((worker) => worker.stop()));
        return ended;
      };
      return withWorkerChanges(runtime, (worker) => {
        all.add(worker);
        return {
          exited: withOthers(worker.exited),
          stop: (options) => withOthers(worker.stop(options)),
        };
      });
    },
  },
  {
    name: "takes a halted worker for a lost one",
    fails: ["a worker that is halted is not lost"],
    broken: (runtime) =>
      withExecutions(runtime, (execution, { worker }) =>
        isStopped(worker.pid)
          ? { ended: Promise.resolve({ status: "lost", exitCode: null, signal: "SIGSTOP" }) }
          : { ended: execution.ended },
      ),
  },
  {
    name: "gives user code a descriptor of its own",
    fails: ["a process that user code starts has descriptors"],
    broken: (runtime) => withCode(runtime, (code) => `exec 9</dev/null\n${code}`),
  },
  {
    name: "gives user code its host's descriptors",
    fails: ["user code has none of its host's descriptors"],
    broken: (runtime) =>
      withCode(runtime, (code) => {
        const files = readdirSync("/proc/self/fd").flatMap((fd) => {
          try {
            return [readlinkSync(`/proc/self/fd/${fd}`)];
          } catch {
            return []; // the one that reads the folder
          }
        });
        const [file] = files.filter((path) => path.endsWith("/of-the-host"));
        return file === undefined ? code : `exec 9<${file}\n${code}`;
      }),
  },
  {
    name: "says that it lives, whatever it does",
    neverComes: true,
    fails: [
      "ping() settles while code runs",
      "ping() of a worker that is halted",
      "ping() of a worker that has ended",
    ],
    broken: (runtime) => withWorkerChanges(runtime, () => ({ ping: async () => ({ cpuMs: 0 }) })),
  },
  {
    name: "does not answer a ping",
    neverComes: true,
    fails: ["ping() of an idle worker"],
    broken: (runtime) => withWorkerChanges(runtime, () => ({ ping: never })),
  },
];
