import { deserialize } from "node:v8";
import type { Bindings } from "../namespace/bindings.ts";
import { withPristineRealm } from "../realm/pristine-realm.ts";
import { CheckpointInvalid } from "./checkpoint-invalid.ts";
import { readRecords } from "./checkpoint-stream.ts";
import { GraphDecoder } from "./graph-decoder.ts";
import { type GraphNode, isNumbered, nodesOf, type SavedBinding } from "./graph-node.ts";
import type { Require } from "./known-objects.ts";
import { formatName, formatVersion, type SkippedVariable } from "./write-checkpoint.ts";

export interface ReadCheckpointResult {
  /** What `writeCheckpoint` was given. */
  readonly surroundings: unknown;
  /** Variables that could not be made again. */
  readonly skipped: readonly SkippedVariable[];
}

interface Head {
  readonly surroundings: unknown;
  readonly modules: readonly string[];
  readonly bindings: readonly SavedBinding[];
  readonly nodes: number;
}

interface Contents {
  readonly head: Head;
  readonly nodes: readonly GraphNode[];
  readonly buffers: ReadonlyMap<number, ArrayBufferLike>;
}

/**
 * Puts the state of a checkpoint in the place of the one there is: first everything is read and checked, then the variables there
 * are go, then those of the checkpoint come. Runs the code of classes that it holds, as their definitions do.
 * @param require from the directory of the session
 * @throws CheckpointInvalid, with the state as before
 */
export function readCheckpoint(
  pieces: Iterable<Uint8Array>,
  bindings: Bindings,
  require: Require,
): ReadCheckpointResult {
  return withPristineRealm(() => restore(readContents(pieces), bindings, require));
}

function restore(
  { head, nodes, buffers }: Contents,
  bindings: Bindings,
  require: Require,
): ReadCheckpointResult {
  for (const name of bindings.names()) bindings.delete(name);
  for (const specifier of head.modules) bindings.modules.note(specifier);
  const variables = new Map(head.bindings.map(({ name, value }) => [name, value]));
  const decoder = new GraphDecoder(nodes, buffers, variables, bindings, require);
  decoder.make();
  const skipped: SkippedVariable[] = [];
  for (const saved of head.bindings) {
    const reason = Array.isArray(saved.value)
      ? decoder.broken.get(saved.value[0] as number)
      : undefined;
    if (reason !== undefined) {
      skipped.push({ name: saved.name, reason });
      bindings.delete(saved.name);
    } else {
      bindings.restore(saved.name, decoder.valueOf(saved.value), saved);
    }
  }
  return { surroundings: head.surroundings, skipped };
}

function readContents(pieces: Iterable<Uint8Array>): Contents {
  const records = readRecords(pieces);
  const first = records.next();
  if (first.done === true) throw new CheckpointInvalid("it is empty");
  const head = checkHead(unpack(first.value));
  const nodes: GraphNode[] = [];
  const buffers = new Map<number, ArrayBufferLike>();
  const filled = new Map<number, number>();
  for (const record of records) {
    if (nodes.length < head.nodes) {
      for (const node of unpack(record) as readonly GraphNode[]) nodes.push(node);
      if (nodes.length >= head.nodes) allocate(nodes, buffers);
    } else {
      fillBuffer(record, buffers, filled);
    }
  }
  const isWhole = [...buffers].every(
    ([number, buffer]) => (filled.get(number) ?? 0) === buffer.byteLength,
  );
  if (nodes.length !== head.nodes || !isWhole) throw new CheckpointInvalid("it is damaged");
  checkReferences(head, nodes);
  return { head, nodes, buffers };
}

function unpack(record: Buffer): unknown {
  try {
    return deserialize(record);
  } catch {
    throw new CheckpointInvalid("it is damaged, or of a newer Node");
  }
}

function checkHead(head: unknown): Head {
  const { format, version, node, bindings, nodes, modules } = Object(head) as Record<
    string,
    unknown
  >;
  if (format !== formatName) throw new CheckpointInvalid("it is none of JavaScript");
  if (version !== formatVersion) {
    throw new CheckpointInvalid(
      `it is of format ${String(version)}, this is ${formatVersion}, by Node ${String(node)}`,
    );
  }
  if (!Array.isArray(bindings) || !Array.isArray(modules) || typeof nodes !== "number") {
    throw new CheckpointInvalid("it is damaged");
  }
  return head as Head;
}

function allocate(nodes: readonly GraphNode[], buffers: Map<number, ArrayBufferLike>): void {
  for (const [number, node] of nodes.entries()) {
    if (node.type !== "buffer") continue;
    const { byteLength, isShared } = node;
    buffers.set(number, isShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength));
  }
}

function fillBuffer(
  record: Buffer,
  buffers: ReadonlyMap<number, ArrayBufferLike>,
  filled: Map<number, number>,
): void {
  const number = record.length >= 4 ? record.readUInt32BE(0) : -1;
  const buffer = buffers.get(number);
  const at = filled.get(number) ?? 0;
  const bytes = record.subarray(4);
  if (buffer === undefined || at + bytes.length > buffer.byteLength) {
    throw new CheckpointInvalid("it is damaged");
  }
  new Uint8Array(buffer).set(bytes, at);
  filled.set(number, at + bytes.length);
}

/** That every number is that of a node, before anything changes. */
function checkReferences(head: Head, nodes: readonly GraphNode[]): void {
  for (const { value, name } of head.bindings) {
    const isThere = !isNumbered(value) || nodes[value[0]] !== undefined;
    if (typeof name !== "string" || !isThere) throw new CheckpointInvalid("it is damaged");
  }
  for (const node of nodes) {
    for (const number of nodesOf(node)) {
      if (nodes[number] === undefined) throw new CheckpointInvalid("it is damaged");
    }
  }
}
