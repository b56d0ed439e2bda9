import { serialize } from "node:v8";
import type { Bindings } from "../namespace/bindings.ts";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { bytesOf } from "../values/encode-bytes.ts";
import { sayable } from "../values/wire-text.ts";
import { writeRecords } from "./checkpoint-stream.ts";
import { createEncoderContext } from "./encoder-context.ts";
import { GraphEncoder } from "./graph-encoder.ts";
import type { GraphNode, SavedBinding } from "./graph-node.ts";
import type { Require } from "./known-objects.ts";
import { Unkeepable } from "./unkeepable.ts";

export const formatName = "javascript";
export const formatVersion = 1;

const nodesInRecord = 10_000;
const bytesInRecord = 16 * 1024 * 1024;

export interface SkippedVariable {
  readonly name: string;
  readonly reason: string;
}

export interface WrittenCheckpoint {
  readonly format: string;
  /** Made as they are taken; each is whole in itself for the pipe, none is larger than 1 MiB. */
  readonly pieces: Iterable<Uint8Array>;
  /** Variables that could not be kept. */
  readonly skipped: readonly SkippedVariable[];
}

export interface WriteOptions {
  /** From the directory of the session: what was imported is named, not kept. */
  readonly require: Require;
  /** Plain data of the caller's, given back by `readCheckpoint`. */
  readonly surroundings: unknown;
}

/** The state of a session. Runs no code of the user's; take the pieces before any runs. */
export function writeCheckpoint(bindings: Bindings, options: WriteOptions): WrittenCheckpoint {
  return withPristineRealm(() => write(bindings, options));
}

function write(bindings: Bindings, options: WriteOptions): WrittenCheckpoint {
  const encoder = new GraphEncoder(createEncoderContext(bindings, options.require));
  const saved: SavedBinding[] = [];
  const skipped: SkippedVariable[] = [];
  for (const name of bindings.names()) {
    const found = bindings.peek(name);
    if (found.kind !== "value") {
      skipped.push({ name: sayable(name), reason: "a getter cannot be kept" });
      continue;
    }
    try {
      const isConstant = bindings.constants.has(name);
      saved.push({ name, value: encoder.add(found.value), isConstant, doc: bindings.docOf(name) });
    } catch (error) {
      if (!(error instanceof Unkeepable)) throw error;
      const reason =
        error.value === found.value ? `${error.what} cannot be kept` : `it holds ${error.what}`;
      skipped.push({ name: sayable(name), reason: sayable(reason) });
    }
  }
  const head = {
    format: formatName,
    version: formatVersion,
    node: process.versions.node,
    surroundings: options.surroundings,
    modules: bindings.modules.names(),
    bindings: saved,
    nodes: encoder.nodes.length,
  };
  return { format: formatName, pieces: writeRecords(records(head, encoder)), skipped };
}

function* records(head: object, { nodes, buffers }: GraphEncoder): Generator<Uint8Array> {
  yield serialize(head);
  for (let at = 0; at < nodes.length; at += nodesInRecord) {
    yield* recordOf(nodes.slice(at, at + nodesInRecord));
  }
  for (const [number, buffer] of buffers) {
    const bytes = bytesOf(buffer);
    for (let at = 0; at < bytes.length; at += bytesInRecord) {
      yield Buffer.concat([bufferHead(number), bytes.subarray(at, at + bytesInRecord)]);
    }
  }
}

function* recordOf(nodes: readonly GraphNode[]): Generator<Uint8Array> {
  yield serialize(nodes);
}

/** In front of bytes of a buffer: the number of its node. */
function bufferHead(number: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(number);
  return head;
}
