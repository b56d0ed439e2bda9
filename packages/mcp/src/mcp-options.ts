import { AgentSessions } from "./session/agent-sessions.ts";
import type { HoldfastClient } from "@holdfast/client";

/** How an MCP server of Holdfast behaves. Times in milliseconds. */
export interface McpOptions {
  /**
   * The sessions of who is connected. Give one object to all servers of a connection, and dispose of it with the connection.
   * @default new ones that nobody disposes of: they end by the server's idle timeout
   */
  readonly sessions?: AgentSessions;
  /** Runtimes that can be named; the first is what code is run with when none is. @default `["python", "bash", "javascript"]` */
  readonly runtimes?: readonly [string, ...string[]];
  /** Characters of output that an answer has at most; the rest is read with `read_output`. At least 100. @default 20_000 */
  readonly maxOutputLength?: number;
  /**
   * Bytes of images, as base64, that an answer has at most; what is beyond is only named. Many models take no image over
   * 5 MB. @default 5_000_000
   */
  readonly maxImageLength?: number;
  /**
   * When a call comes back though the code runs on. Many clients give up on a call after a minute. At most 300,000.
   * @default 30_000
   */
  readonly yieldTimeMs?: number;
  /** What clients are told of the server's version. @default `0.0.0` */
  readonly version?: string;
}

/** Options with everything decided. */
export type ResolvedMcpOptions = Required<McpOptions>;

/** The longest that a call may wait. */
export const longestYieldMs = 300_000;

const defaults = {
  runtimes: ["python", "bash", "javascript"],
  maxOutputLength: 20_000,
  maxImageLength: 5_000_000,
  yieldTimeMs: 30_000,
  version: "0.0.0",
} as const;

/** With everything decided. @throws RangeError */
export function resolveMcpOptions(client: HoldfastClient, options: McpOptions): ResolvedMcpOptions {
  checkMcpOptions(options);
  return { ...defaults, ...options, sessions: options.sessions ?? new AgentSessions(client) };
}

/** @throws RangeError for what is out of range */
export function checkMcpOptions(options: McpOptions): void {
  const { maxOutputLength, maxImageLength, yieldTimeMs } = { ...defaults, ...options };
  checkRange("maxOutputLength", maxOutputLength, 100, 10_000_000);
  checkRange("maxImageLength", maxImageLength, 0, 100_000_000);
  checkRange("yieldTimeMs", yieldTimeMs, 0, longestYieldMs);
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name}: received ${value}, allowed ${min} to ${max}`);
}
