import type { HostMessage, WorkerMessage } from "@holdfast/core";

const executionId = "x1";
const requestId = "r1";

const hostMessages = {
  hello: {
    type: "hello",
    protocolVersion: 1,
    sessionId: "s1",
    features: [],
    maxFrameBytes: 16_777_216,
    env: null,
    cwd: null,
  },
  execute: {
    type: "execute",
    executionId,
    code: "1+1",
    stdin: null,
    env: null,
    cwd: null,
    allowInput: false,
    stdoutPath: "/dev/null",
    stderrPath: "/dev/null",
    trackChanges: false,
  },
  input_reply: { type: "input_reply", requestId, data: "yes" },
  ack: { type: "ack", requestId },
  interrupt: { type: "interrupt", executionId },
  ping: { type: "ping", requestId },
  checkpoint: { type: "checkpoint", requestId, path: "/tmp/w/c1" },
  restore: { type: "restore", requestId, path: "/tmp/w/c1" },
  fork: {
    type: "fork",
    requestId,
    socketPath: "/tmp/w/socket",
    guard: ["/usr/bin/perl", "guard.pl"],
    children: [{ token: "0123", directory: "/tmp/w2", fifos: ["o1.out", "o1.err"] }],
  },
  list_variables: { type: "list_variables", requestId, names: ["x"], withValues: true },
  set_variable: { type: "set_variable", requestId, name: "x", value: [1, null, "a"] },
  delete_variables: { type: "delete_variables", requestId, names: null },
  list_modules: { type: "list_modules", requestId },
  complete: { type: "complete", requestId, code: "pri", cursor: 3 },
  inspect: { type: "inspect", requestId, code: "print", cursor: 5 },
  shutdown: { type: "shutdown" },
} as const satisfies { readonly [T in HostMessage["type"]]: HostMessage & { readonly type: T } };

const workerMessages = {
  ready: { type: "ready", protocolVersion: 1, runtime: "fake", version: "1", pid: 1, features: [] },
  started: { type: "started", executionId },
  output: { type: "output", executionId, stream: "stdout", data: new Uint8Array([104, 105]) },
  display: {
    type: "display",
    executionId,
    requestId,
    mime: { "text/plain": "hi" },
    displayId: null,
    update: false,
  },
  input_request: { type: "input_request", executionId, requestId, prompt: "? ", password: false },
  result: {
    type: "result",
    executionId,
    repr: "2",
    value: 2,
    valueTruncated: false,
    mime: { "text/plain": "2" },
  },
  error: {
    type: "error",
    executionId,
    name: "ValueError",
    message: "no",
    traceback: [
      { file: "<cell 1>", line: 1, function: "<module>", source: "raise ValueError('no')" },
    ],
    text: "ValueError: no",
  },
  completed: { type: "completed", executionId, status: "ok" },
  interrupt_taken: { type: "interrupt_taken", executionId },
  heartbeat: { type: "heartbeat", requestId: null, isBusy: false },
  changes: {
    type: "changes",
    executionId,
    added: ["x"],
    changed: [],
    removed: ["y"],
    modules: ["json"],
  },
  checkpointed: { type: "checkpointed", requestId, format: "dill", skipped: [] },
  restored: { type: "restored", requestId, skipped: [{ name: "f", reason: "a file" }] },
  forked: { type: "forked", requestId, skipped: [] },
  variables: {
    type: "variables",
    requestId,
    items: [
      {
        name: "x",
        type: "int",
        repr: "1",
        sizeBytes: 28,
        source: null,
        value: 1,
        valueTruncated: false,
      },
    ],
  },
  modules: {
    type: "modules",
    requestId,
    items: [{ name: "json", version: "2.0.9", executionId: null }],
  },
  completions: { type: "completions", requestId, matches: ["print"], start: 0, end: 3 },
  inspected: { type: "inspected", requestId, mime: { "text/plain": "print(*values)" } },
  done: { type: "done", requestId },
  refused: { type: "refused", requestId, code: "variable_not_found", message: "x: not there" },
  fault: { type: "fault", code: "protocol_mismatch", message: "version 2" },
} as const satisfies {
  readonly [T in WorkerMessage["type"]]: WorkerMessage & { readonly type: T };
};

/** The types of all messages that a host sends. */
export const hostMessageTypes = Object.keys(hostMessages) as HostMessage["type"][];

/** The types of all messages that a worker sends. */
export const workerMessageTypes = Object.keys(workerMessages) as WorkerMessage["type"][];

/** A valid message of a host; `fields` replace those of the example. */
export function buildHostMessage<T extends HostMessage["type"]>(
  type: T,
  fields: Partial<HostMessage & { readonly type: T }> = {},
): HostMessage & { readonly type: T } {
  return { ...hostMessages[type], ...fields } as HostMessage & { readonly type: T };
}

/** A valid message of a worker; `fields` replace those of the example. */
export function buildWorkerMessage<T extends WorkerMessage["type"]>(
  type: T,
  fields: Partial<WorkerMessage & { readonly type: T }> = {},
): WorkerMessage & { readonly type: T } {
  return { ...workerMessages[type], ...fields } as WorkerMessage & { readonly type: T };
}
