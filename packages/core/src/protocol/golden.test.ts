import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeFrames } from "../framing/encode-frames.ts";
import { FrameDecoder } from "../framing/frame-decoder.ts";
import { type HostMessage, hostMessageSchema } from "./host-message.ts";
import { packMessage, unpackMessage } from "./message-codec.ts";
import { type WorkerMessage, workerMessageSchema } from "./worker-message.ts";

const file = join(import.meta.dirname, "../../protocol/golden.json");
const executionId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const requestId = "r1";

const fromHost: Readonly<Record<string, HostMessage>> = {
  hello: {
    type: "hello",
    protocolVersion: 1,
    sessionId: "s1",
    features: ["input"],
    maxFrameBytes: 16_777_216,
    env: { LANG: "C.UTF-8" },
    cwd: null,
  },
  execute: {
    type: "execute",
    executionId,
    code: "x = 'ünïcode 🎉'\nx",
    stdin: null,
    env: null,
    cwd: null,
    allowInput: false,
    stdoutPath: "/tmp/w/o1.out",
    stderrPath: "/tmp/w/o1.err",
    trackChanges: false,
  },
  "execute with everything": {
    type: "execute",
    executionId,
    code: "#".repeat(300),
    stdin: new Uint8Array([0, 255, 10]),
    env: { A: "", B: "ü" },
    cwd: "/",
    allowInput: true,
    stdoutPath: "o",
    stderrPath: "e",
    trackChanges: true,
  },
  input_reply: { type: "input_reply", requestId, data: "yes" },
  "input_reply, the end": { type: "input_reply", requestId, data: null },
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
};

const values = {
  numbers: [
    0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, 9_007_199_254_740_991,
    -1, -32, -33, -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649,
    -9_007_199_254_740_991, 0.5, 1e300, 5e-324,
  ],
  constants: [null, true, false, "", "a".repeat(31), "a".repeat(32), "a".repeat(256), "\u0000"],
  containers: [
    [],
    {},
    { "": 1 },
    [[[]]],
    Array.from({ length: 16 }, () => 0),
    Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`k${index}`, index])),
  ],
  tuple: { $type: "tuple", items: [1, "a"] },
  set: { $type: "set", items: [1] },
  dict: {
    $type: "dict",
    items: [
      [1, "a"],
      [{ $type: "tuple", items: [] }, null],
    ],
  },
  bytes: { $type: "bytes", base64: "AP8K" },
  bigint: { $type: "bigint", value: "1267650600228229401496703205376" },
  floats: ["nan", "inf", "-inf", "-0.0"].map((value) => ({ $type: "float", value })),
  complex: { $type: "complex", real: 1.5, imag: { $type: "float", value: "nan" } },
  datetime: { $type: "datetime", iso: "2026-11-20T12:00:00+00:00" },
  timedelta: { $type: "timedelta", days: -1, seconds: 1, microseconds: 2 },
  string: { $type: "string", codePoints: [97, 55_296] },
  unrepresentable: { $type: "unrepresentable", pythonType: "__main__.C", repr: "<C>" },
};

const fromWorker: Readonly<Record<string, WorkerMessage>> = {
  ready: {
    type: "ready",
    protocolVersion: 1,
    runtime: "python",
    version: "3.13.0",
    pid: 4711,
    features: ["stdin", "input"],
  },
  started: { type: "started", executionId },
  output: {
    type: "output",
    executionId,
    stream: "stderr",
    data: new Uint8Array([104, 105, 0, 254]),
  },
  display: {
    type: "display",
    executionId,
    requestId,
    mime: { "text/plain": "hi", "image/png": "iVBORw0KGgo=" },
    displayId: null,
    update: false,
  },
  "display, updated": {
    type: "display",
    executionId,
    requestId: null,
    mime: {},
    displayId: "d1",
    update: true,
  },
  input_request: { type: "input_request", executionId, requestId, prompt: "? ", password: true },
  result: {
    type: "result",
    executionId,
    repr: "2",
    value: 2,
    valueTruncated: false,
    mime: { "text/plain": "2" },
  },
  ...Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, WorkerMessage] => [
      `result: ${name}`,
      { type: "result", executionId, repr: name, value, valueTruncated: false, mime: {} },
    ]),
  ),
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
  completed: { type: "completed", executionId, status: "interrupted" },
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
};

/** What no decoder may take: as the bytes of one message. */
const invalidMessages = {
  nothing: "",
  "two values": "c0c0",
  "the byte 0xc1": "c1",
  "an extension": "d40100",
  "a timestamp": "d6ff00000000",
  "text that is cut short": "a561",
  "a length that no bytes cover": "c6ffffffff00",
  "a count that no bytes cover": "ddffffffff",
  "a map that no bytes cover": "dfffffffffc0",
  "text that is not UTF-8": "a2c328",
  "a lone surrogate": "a3eda080",
  "a key twice": "82a16101a16102",
  "a key that is no text": "8101a161",
  "nesting of 65": `${"91".repeat(65)}c0`,
} as const;

/** What no decoder may take: as a stream of frames of at most 16 bytes. */
const invalidStreams = {
  "a frame of 17 bytes": `0000001100${"c0".repeat(17)}`,
  "an unknown flag": "0000000102c0",
  "an empty frame that says that more follows": "0000000001",
} as const;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Buffer.from(text, "hex");

/** JSON has no bytes: they stand as `{"$bytes": hex}`. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: hex(value) };
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one)]));
}

function golden() {
  const messages = (
    from: "host" | "worker",
    all: Readonly<Record<string, HostMessage | WorkerMessage>>,
  ) =>
    Object.entries(all).map(([name, message]) => ({
      name,
      from,
      message: asJson(message),
      msgpack: hex(packMessage(message)),
    }));
  const framed = (name: string, maxFrameBytes: number, all: readonly HostMessage[]) => ({
    name,
    maxFrameBytes,
    messages: all.map((message) => hex(packMessage(message))),
    stream: all
      .flatMap((message) => encodeFrames(packMessage(message), maxFrameBytes))
      .map(hex)
      .join(""),
  });
  const [hello, ping, execute] = [
    fromHost["hello"],
    fromHost["ping"],
    fromHost["execute with everything"],
  ] as [HostMessage, HostMessage, HostMessage];
  return {
    about:
      'Bytes of the protocol, for the tests of every implementation; see docs/protocol.md. Hexadecimal; {"$bytes": hex} is a byte string.',
    messages: [...messages("host", fromHost), ...messages("worker", fromWorker)],
    streams: [
      framed("one message", 16_777_216, [ping]),
      framed("three messages", 16_777_216, [hello, ping, execute]),
      framed("messages in frames of 16 bytes", 16, [hello, ping, execute]),
    ],
    invalidMessages: Object.entries(invalidMessages).map(([name, msgpack]) => ({ name, msgpack })),
    invalidStreams: Object.entries(invalidStreams).map(([name, stream]) => ({
      name,
      maxFrameBytes: 16,
      stream,
    })),
  };
}

if (process.env["HOLDFAST_UPDATE"] === "1")
  writeFileSync(
    file,
    `${JSON.stringify(golden(), null, 2)}
`,
  );

describe("golden.json", () => {
  it("has the bytes that are sent; HOLDFAST_UPDATE=1 writes it anew [R1.3] [S0-24]", () => {
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(golden());
  });

  it("has each type of message, both ways [R1.3] [S0-14]", () => {
    const types = (
      options: readonly { readonly shape: { readonly type: { readonly value: string } } }[],
    ) => options.map(({ shape }) => shape.type.value).toSorted();
    const of = (all: Readonly<Record<string, { readonly type: string }>>) =>
      [...new Set(Object.values(all).map(({ type }) => type))].toSorted();
    expect(of(fromHost)).toEqual(types(hostMessageSchema.options));
    expect(of(fromWorker)).toEqual(types(workerMessageSchema.options));
  });

  it.each(golden().messages)(
    "$from: $name is read as what it was [R1.3]",
    ({ from, message, msgpack }) => {
      const read = unpackMessage(
        bytes(msgpack),
        from === "host" ? hostMessageSchema : workerMessageSchema,
      );
      expect(asJson(read)).toEqual(message);
    },
  );

  it.each(golden().streams)(
    "$name: read whole, and byte by byte [R1.5]",
    ({ maxFrameBytes, messages, stream }) => {
      for (const size of [1, 7, stream.length]) {
        const decoder = new FrameDecoder({ maxFrameBytes });
        const seen: string[] = [];
        for (let at = 0; at < stream.length / 2; at += size)
          decoder.decode(bytes(stream).subarray(at, at + size), (message) =>
            seen.push(hex(message)),
          );
        expect(seen).toEqual(messages);
      }
    },
  );

  it.each(golden().invalidMessages)("$name is refused [A44] [A45] [A46] [A47]", ({ msgpack }) => {
    expect(() => unpackMessage(bytes(msgpack), hostMessageSchema)).toThrow(
      expect.objectContaining({ code: "message_invalid" }),
    );
  });

  it.each(golden().invalidStreams)("$name is refused [R1.5]", ({ maxFrameBytes, stream }) => {
    expect(() => new FrameDecoder({ maxFrameBytes }).decode(bytes(stream), () => {})).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^frame_/) }),
    );
  });
});
