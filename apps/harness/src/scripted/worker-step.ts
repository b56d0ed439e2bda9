/**
 * One thing that a scripted worker does.
 *
 * - `send` a message, right or wrong, with the `executionId` and `requestId` of what it answers in place of its own;
 *   `send_as_is` with its own; `send_bytes` what may be no message at all.
 * - `print` to the execution's output; `ask` for input, and print the reply.
 * - `keep` a text as the state of the session; `recall` prints what is kept.
 * - `wait`, in milliseconds; an interrupt ends the wait, and the execution as `interrupted`.
 * - `hang`: nothing more is done or answered, and no interrupt heard, but the process lives.
 * - `close` the channel, and live on; `signal` itself, such as by SIGKILL or SIGSTOP; `exit`.
 */
export type WorkerStep =
  | { readonly type: "send"; readonly message: { readonly type: string } }
  | { readonly type: "send_as_is"; readonly message: { readonly type: string } }
  | { readonly type: "send_bytes"; readonly bytes: Uint8Array }
  | { readonly type: "print"; readonly text: string; readonly stream?: "stdout" | "stderr" }
  | { readonly type: "ask"; readonly prompt: string; readonly password?: boolean }
  | { readonly type: "keep"; readonly text: string }
  | { readonly type: "recall" }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "hang" }
  | { readonly type: "close" }
  | { readonly type: "signal"; readonly signal: NodeJS.Signals }
  | { readonly type: "exit"; readonly exitCode: number };

/**
 * The code that makes a scripted worker do this, for `session.execute()`. Without a `completed` of its own the execution ends
 * `ok` behind the last step.
 */
export function scriptedCode(...steps: readonly WorkerStep[]): string {
  return toJson(steps);
}

/** JSON, with bytes as `{"$hex": "…"}`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isBufferJson(inner) ? { $hex: Buffer.from(inner.data).toString("hex") } : asBuffer(inner),
  );
}

/** What {@link toJson} made. @throws SyntaxError for what is no JSON */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && "$hex" in inner
      ? Buffer.from(String(inner.$hex), "hex")
      : inner,
  );
}

function asBuffer(value: unknown): unknown {
  return value instanceof Uint8Array ? { $hex: Buffer.from(value).toString("hex") } : value;
}

/** A Buffer is turned into this before a replacer sees it. */
function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    value.type === "Buffer" &&
    "data" in value
  );
}
