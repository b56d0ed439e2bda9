import type { ExecuteOptions } from "./execute-options.ts";
import type { OutputEncoding } from "./execution.ts";

/** How events are asked for. */
export function eventQuery({
  encoding = "text",
  heartbeats = false,
}: Pick<ExecuteOptions<OutputEncoding>, "encoding" | "heartbeats">): Readonly<
  Record<string, string>
> {
  return { encoding: wireEncoding(encoding), ...(heartbeats ? { heartbeats: "true" } : {}) };
}

/** As the server calls it. */
export function wireEncoding(encoding: OutputEncoding): "text" | "base64" {
  return encoding === "bytes" ? "base64" : "text";
}
