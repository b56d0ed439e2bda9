// For users: errors
export { type ErrorCode, errorCodes } from "./errors/error-code.ts";
export { HoldfastError, type HoldfastErrorOptions } from "./errors/holdfast-error.ts";

// For users: host
export { Host } from "./host/host.ts";
export {
  type CreateSessionOptions,
  type ForkOptions,
  type HostExecuteOptions,
  type HostOptions,
  type SessionAccess,
  defaultHostOptions,
} from "./host/host-options.ts";
export type { HostedSession } from "./host/hosted-session.ts";

// For users: pool
export { Lease } from "./pool/lease.ts";
export { type MachinePressureOptions, machinePressure } from "./pool/machine-pressure.ts";
export { type AcquireOptions, Pool, type PoolWaitOptions } from "./pool/pool.ts";
export { type PoolOptions, type WarmUpFailure, defaultPoolOptions } from "./pool/pool-options.ts";
export type { DiscardReason, PoolStrategy, ReleaseMode } from "./pool/pool-state.ts";
export type { Durations, PoolRuntimeStatistics, PoolStatistics } from "./pool/pool-statistics.ts";

// For users: session
export type { ExecuteOptions } from "./session/execute-options.ts";
export { Execution } from "./session/execution.ts";
export type { ExecutionHandle } from "./session/execution-handle.ts";
export type { ExecutionEvent, ExecutionHappening } from "./session/execution-event.ts";
export {
  type ExecutionRecord,
  type ExecutionStatus,
  type SessionStateAfter,
  hasEnded,
} from "./session/execution-record.ts";
export { EventLog, type EventLogOptions, type ReadOptions } from "./session/event-log.ts";
export { Session, type SessionFork } from "./session/session.ts";
export type {
  RecoverySource,
  SessionCreateOptions,
  SessionPast,
} from "./session/session-create-options.ts";
export {
  type ResolvedSessionOptions,
  type SessionOptions,
  defaultSessionOptions,
  resolveSessionOptions,
} from "./session/session-options.ts";
export type {
  SessionAction,
  SessionEvent,
  SessionRejection,
  SessionState,
  SessionStatus,
  SessionTransition,
} from "./session/session-state.ts";
export { initialSession, transition } from "./session/session-transition.ts";

// For users: checkpoints
export type { Checkpoint, CheckpointEnd, CheckpointHeader } from "./checkpoint/checkpoint.ts";
export type { CheckpointInvalidReason } from "./checkpoint/checkpoint-invalid.ts";
export type {
  CheckpointAccess,
  CheckpointPage,
  CheckpointReader,
  CheckpointRetention,
  CheckpointStore,
  CheckpointStoreOptions,
  CheckpointWriter,
  CreateCheckpointOptions,
  ListCheckpointsOptions,
  OpenCheckpointOptions,
} from "./checkpoint/checkpoint-store.ts";
export { defaultCheckpointStoreOptions } from "./checkpoint/store-options.ts";
export {
  FolderCheckpointStore,
  type FolderCheckpointStoreOptions,
} from "./checkpoint/folder-checkpoint-store.ts";
export { MemoryCheckpointStore } from "./checkpoint/memory-checkpoint-store.ts";
export { openCheckpointKeys, rotateCheckpointKey } from "./checkpoint/checkpoint-key-file.ts";
export {
  type CheckpointKey,
  type CheckpointKeys,
  checkpointKey,
} from "./checkpoint/checkpoint-key.ts";
export { CheckpointSealer } from "./checkpoint/checkpoint-sealer.ts";
export { type UnsealedCheckpoint, unsealCheckpoint } from "./checkpoint/unseal-checkpoint.ts";
export {
  type AutomaticCheckpointEvent,
  type AutomaticCheckpointOptions,
  type AutomaticCheckpointState,
  type ResolvedAutomaticCheckpointOptions,
  defaultAutomaticCheckpointOptions,
  initialAutomaticCheckpoints,
  nextCheckpointAt,
  resolveAutomaticCheckpointOptions,
  withCheckpointEvent,
} from "./checkpoint/automatic-checkpoints.ts";
// For users: store
export { MemoryStore } from "./store/memory-store.ts";
export { PastExecution } from "./store/past-execution.ts";
export type { RecorderStatus } from "./store/recorder.ts";

// For authors of stores
export {
  type SessionRecord,
  type TombstoneRecord,
  sessionRecordSchema,
  tombstoneSchema,
} from "./store/session-record.ts";
export { damagedRow, decodeRecord, encodeRecord } from "./store/record-codec.ts";
export { decodeExecution, readEvent, readRows } from "./store/read-rows.ts";
export type { PruneBounds, Store, StoreChange, StoredRows } from "./store/store.ts";
export { executionNotStored, sessionNotStored, storeClosed } from "./store/store-errors.ts";
export { type StoredEvent, storedEventSchema } from "./store/stored-event.ts";
export { type StoredExecution, endedAt, storedExecutionSchema } from "./store/stored-execution.ts";

// For users: telemetry
export {
  type ResourceUsage,
  type ResourceUsageOptions,
  resourceUsage,
} from "./telemetry/resource-usage.ts";
export type { SessionProcess } from "./telemetry/session-processes.ts";
export {
  type MachinePressure,
  type Pressure,
  cpuPressure,
  readMachinePressure,
} from "./telemetry/machine-pressure.ts";
export { subscribe, telemetryEventNames } from "./telemetry/telemetry-channels.ts";
export type {
  RestartReason,
  TelemetryEventName,
  TelemetryEvents,
  TerminationReason,
} from "./telemetry/telemetry-event.ts";
export {
  type DebugComponent,
  type DebugFields,
  type DebugOptions,
  debugComponents,
  enableDebug,
} from "./telemetry/debug-log.ts";

// For adapter authors: debug logs
export { type DebugLog, debug } from "./telemetry/debug-log.ts";

// For adapter authors: worker
export { GuardedProcess } from "./worker/guarded-process.ts";
export type { GuardedProcessOptions } from "./worker/spawn-guard.ts";
export {
  GuardedWorker,
  type GuardedWorkerOptions,
  type InterruptAttempt,
  type InterruptBrought,
  type OutputPaths,
  type WorkerOperations,
} from "./worker/guarded-worker.ts";
export type { Greeted, WorkerChannel } from "./worker/protocol/greeted.ts";
export {
  type TakenOn,
  assignWorker,
  greetProcess,
  greetWorker,
} from "./worker/protocol/handshake.ts";
export { ProtocolWorker } from "./worker/protocol/protocol-worker.ts";
export type { ProtocolRequest } from "./worker/protocol/requests.ts";
export { WarmProtocolWorker, markedEnvironment } from "./worker/protocol/warm-protocol-worker.ts";
export {
  type WorkerKind,
  type WorkerLink,
  interruptByMessage,
  interruptBySignal,
} from "./worker/protocol/worker-kind.ts";
export { type AvailableRuntime, executableFinder } from "./worker/find-executable.ts";
export { type ExpectedChild, type ForkedChildRequest, ForkSocket } from "./worker/fork-socket.ts";
export {
  type OpenedFile,
  createPrivateFile,
  openFifo,
  openPrivateFile,
  readPrivateFile,
  writePrivateFile,
} from "./worker/private-files.ts";
export { randomHex } from "./worker/random-id.ts";
export { type LaneListener, type LateListener, OutputLanes } from "./worker/output-lanes.ts";
export { type OutputListener, OutputPipes, type OutputStream } from "./worker/output-pipes.ts";
export { workerMarker } from "./worker/sweep-orphans.ts";
export { type ProcessExit, describeExit } from "./worker/process-exit.ts";
export type { StopOptions, StopReport } from "./worker/stop-ladder.ts";
export type {
  BackgroundExecution,
  CheckpointReport,
  Completions,
  Feature,
  ForkReport,
  ModuleInfo,
  RestoreReport,
  Runtime,
  RuntimeInfo,
  WarmOptions,
  WarmWorker,
  Worker,
  WorkerEvent,
  WorkerEventListener,
  WorkerExecution,
  WorkerOutcome,
  WorkerRequest,
  WorkerStartOptions,
} from "./worker/worker.ts";
export { type Heartbeat, heartbeatOf, isAbleToWork } from "./worker/heartbeat.ts";
export { type WithinOptions, within } from "./time/within.ts";

// framing, protocol, channel
export { encodeFrames } from "./framing/encode-frames.ts";
export { FrameDecoder, type FrameDecoderOptions } from "./framing/frame-decoder.ts";
export {
  defaultMaxFrameBytes,
  defaultMaxMessageBytes,
  frameFlagMore,
  frameHeaderBytes,
} from "./framing/frame-layout.ts";
export {
  type Display,
  type ExecutionFailure,
  type ExecutionResult,
  type MimeBundle,
  type TracebackFrame,
  displaySchema,
  executionFailureSchema,
  executionResultSchema,
  mimeBundleSchema,
  tracebackFrameSchema,
} from "./protocol/execution-data.ts";
export { type HostMessage, hostMessageSchema } from "./protocol/host-message.ts";
export {
  type NamespaceChanges,
  type Skipped,
  type Variable,
  namespaceChangesSchema,
  skippedSchema,
  variableSchema,
} from "./protocol/namespace-data.ts";
export { packMessage, unpackMessage } from "./protocol/message-codec.ts";
export { protocolVersion } from "./protocol/protocol-version.ts";
export { type MsgpackLimits, scanMsgpack } from "./protocol/scan-msgpack.ts";
export {
  type ClientMessage,
  type SessionMessage,
  clientMessageSchema,
  sessionMessageSchema,
} from "./protocol/session-channel.ts";
export { type Value, isValue, valueSchema } from "./protocol/value.ts";
export { type WorkerMessage, workerMessageSchema } from "./protocol/worker-message.ts";
export type { MessageChannel } from "./channel/message-channel.ts";
export {
  type ConnectOptions,
  type SocketAddress,
  type SocketListener,
  connectSocket,
  listenForSockets,
} from "./channel/connect-socket.ts";
export { type MemoryChannelPair, memoryChannelPair } from "./channel/memory-channel.ts";
export { StreamChannel, type StreamChannelOptions } from "./channel/stream-channel.ts";
