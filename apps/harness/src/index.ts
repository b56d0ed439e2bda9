// Fakes: a runtime, its workers and their executions, driven by the test
export { FakeRuntime, type FakeRuntimeOptions, type FakeStart } from "./fake/fake-runtime.ts";
export { FakeWarmWorker, type FakeWarmWorkerOptions } from "./fake/fake-warm-worker.ts";
export { FakeWorker, type FakeWorkerOptions } from "./fake/fake-worker.ts";
export type { FakeOperation } from "./fake/fake-operation.ts";
export { FakeExecution, type FakeExecutionOptions } from "./fake/fake-execution.ts";

// A worker in a process of its own that speaks the protocol, and breaks it
export { ScriptedWorker, type ScriptedWorkerOptions } from "./scripted/scripted-worker.ts";
export type { WorkerScript } from "./scripted/worker-script.ts";
export { type WorkerStep, scriptedCode } from "./scripted/worker-step.ts";

// Builders: requests, messages and frames, right and wrong
export { buildSessionRecord, buildStoredExecution } from "./build/build-stored.ts";
export { buildRequest } from "./build/build-request.ts";
export {
  buildHostMessage,
  buildWorkerMessage,
  hostMessageTypes,
  workerMessageTypes,
} from "./build/build-message.ts";
export {
  type BrokenMessage,
  type MessageFlaw,
  brokenHostMessages,
  brokenWorkerMessages,
} from "./build/broken-message.ts";
export { type BrokenFrame, brokenFrames, buildFrame, buildRawFrame } from "./build/build-frame.ts";

// Waiting
export { Mailbox } from "./wait/mailbox.ts";
export { type CollectOptions, collect } from "./wait/collect.ts";
export { type EventuallyOptions, eventually } from "./wait/eventually.ts";
export { type FakeClock, stopClock } from "./wait/fake-clock.ts";

// Executions
export {
  type ExecuteWithInputOptions,
  type ExecutedWithInput,
  type InputAnswer,
  type InputExchange,
  executeWithInput,
} from "./session/execute-with-input.ts";
export { type OutputUntilOptions, outputUntil } from "./session/output-until.ts";

// Folders and servers of a test
export { type TemporaryFolder, temporaryFolder } from "./live/temporary-folder.ts";
export {
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from "./live/server-process.ts";

// Leaks
export { type Holdings, type HoldingsOptions, holdings } from "./leaks/holdings.ts";
export {
  type LeakCounts,
  type LeakOptions,
  type LeakWatch,
  expectNoLeaks,
  expectNothingLeaked,
  leaksSince,
  watchLeaks,
} from "./leaks/leak-check.ts";
export {
  type ProcessEntry,
  descendantsOf,
  findProcess,
  isRunning,
  listProcesses,
} from "./leaks/process-tree.ts";

// Faults, and numbers to choose them by
export { type SeededRandom, randomOfThisRun, seededRandom } from "./faults/seeded-random.ts";
export {
  type HaltedProcess,
  type ProcessIdentity,
  haltProcess,
  identifyProcess,
  isStopped,
  killProcess,
  signalProcess,
} from "./faults/process-fault.ts";
export { type FaultyDuplexOptions, faultyDuplex } from "./faults/faulty-duplex.ts";
export {
  type FrameFate,
  type FrameFault,
  delayFrame,
  doubleFrame,
  dropFrame,
  faultAt,
  garbleFrame,
  oversizeFrame,
  truncateFrame,
} from "./faults/frame-fault.ts";
export { readSlowly } from "./faults/read-slowly.ts";
export { type Tmpfs, type TmpfsOptions, canMountTmpfs, mountTmpfs } from "./faults/tmpfs.ts";
