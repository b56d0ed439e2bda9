import {
  type ErrorCode,
  hostMessageSchema,
  protocolVersion,
  workerMessageSchema,
} from "@holdfast/core";
import {
  buildHostMessage,
  buildWorkerMessage,
  hostMessageTypes,
  workerMessageTypes,
} from "./build-message.ts";

/**
 * In what way a message is broken. `not allowed` is a value of the right type that the protocol refuses: a text that is too
 * long or empty, a number that is negative or no whole one, a word that is none of those that are known.
 */
export type MessageFlaw =
  | "missing field"
  | "wrong type"
  | "not allowed"
  | "extra field"
  | "wrong version"
  | "unknown type";

/** A message that is right but for one thing. */
export interface BrokenMessage {
  /** Such as `execute: missing field code`. */
  readonly title: string;
  readonly flaw: MessageFlaw;
  /** Where, such as `traceback.0.line`. */
  readonly field: string;
  readonly message: { readonly type: string };
  /**
   * The error that whoever receives it must come to. `null`: none, an extra field is dropped, so that older peers understand
   * newer ones. `protocol_mismatch` is the handshake's, all else the channel's.
   */
  readonly code: ErrorCode | null;
}

type Schema = typeof hostMessageSchema | typeof workerMessageSchema;
type Path = readonly (string | number)[];

const wrongTypes = [7, "text", true, ["text"], { text: 1 }, new Uint8Array([1])] as const;
const longText = "x".repeat(1_000);

/** Every message of a host, broken in every way that it can be; tests of a worker go through them. */
export function brokenHostMessages(): readonly BrokenMessage[] {
  return [
    ...hostMessageTypes.flatMap((type) => broken(buildHostMessage(type), hostMessageSchema)),
    otherVersion(buildHostMessage("hello", { protocolVersion: protocolVersion + 1 })),
    unknownType(),
  ];
}

/** Every message of a worker likewise; tests of an adapter go through them. */
export function brokenWorkerMessages(): readonly BrokenMessage[] {
  return [
    ...workerMessageTypes.flatMap((type) => broken(buildWorkerMessage(type), workerMessageSchema)),
    otherVersion(buildWorkerMessage("ready", { protocolVersion: protocolVersion + 1 })),
    unknownType(),
  ];
}

function broken(message: { readonly type: string }, schema: Schema): readonly BrokenMessage[] {
  const { type, ...fields } = message;
  const isRefused = (changed: object) => !schema.safeParse(changed).success;
  // Where nothing is, a text may be as well.
  const example = (path: Path) =>
    at(message, path) ?? (isRefused(withField(message, path, "text")) ? null : "text");
  const refused = paths(fields).flatMap((path) => {
    const field = path.join(".");
    const variants: readonly (readonly [MessageFlaw, readonly object[]])[] = [
      ["missing field", [withoutField(message, path)]],
      ["wrong type", wrongTypes.map((value) => withField(message, path, value))],
      ["not allowed", notAllowed(example(path)).map((value) => withField(message, path, value))],
    ];
    return variants.flatMap(([flaw, candidates]) => {
      const found = candidates.find(isRefused) as BrokenMessage["message"] | undefined;
      return found === undefined ? [] : [brokenMessage(flaw, field, found, "message_invalid")];
    });
  });
  const extra = { ...message, gossip: "more than is asked for" };
  return [...refused, brokenMessage("extra field", "gossip", extra, null)].map((each) => ({
    ...each,
    title: `${type}: ${each.title}`,
  }));
}

function brokenMessage(
  flaw: MessageFlaw,
  field: string,
  message: BrokenMessage["message"],
  code: ErrorCode | null,
): BrokenMessage {
  return { title: `${flaw} ${field}`, flaw, field, message, code };
}

function otherVersion(message: BrokenMessage["message"]): BrokenMessage {
  const named = brokenMessage("wrong version", "protocolVersion", message, "protocol_mismatch");
  return { ...named, title: `${message.type}: wrong version` };
}

function unknownType(): BrokenMessage {
  const named = brokenMessage("unknown type", "type", { type: "gossip" }, "message_invalid");
  return { ...named, title: "gossip: unknown type" };
}

/** Values of the same type as an example. */
function notAllowed(example: unknown): readonly unknown[] {
  if (typeof example === "string") return [longText, "", "gossip"];
  return typeof example === "number" ? [-1, 0.5] : [];
}

/** Of all that is in a message, to every depth; of a list its first element. */
function paths(value: unknown, prefix: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value)
    .slice(0, Array.isArray(value) ? 1 : undefined)
    .flatMap(([name, inner]) => [[...prefix, name], ...paths(inner, [...prefix, name])]);
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value);
}

function withField(message: object, path: Path, value: unknown): object {
  const copy = structuredClone(message);
  (at(copy, path.slice(0, -1)) as Record<string, unknown>)[path.at(-1) ?? ""] = value;
  return copy;
}

function withoutField(message: object, path: Path): object {
  const copy = structuredClone(message);
  delete (at(copy, path.slice(0, -1)) as Record<string, unknown>)[path.at(-1) ?? ""];
  return copy;
}
