import type { Host, HostedSession, Pool } from "@holdfast/core";
import type { OpenStreams } from "./open-streams.ts";

/** What {@link createApp} needs. Sizes in bytes, times in milliseconds. */
export interface AppOptions {
  readonly host: Host;
  /** The pool that the host's workers come out of, for `GET /v1/pool`. @default none */
  readonly pool?: Pool | null;
  /** Bearer token that requests need. `null`: none, and only loopback names are served. @default null */
  readonly token?: string | null;
  /** @default 64 MiB */
  readonly maxBodyBytes?: number;
  /** The most that a file may have which is written, or read at once. @default 1 GiB */
  readonly maxFileBytes?: number;
  /** The folder that no path of a file request leads out of. `null`: there is none. @default null */
  readonly filesRoot?: string | null;
  /** How often a quiet stream says that it lives. @default 15_000 */
  readonly heartbeatMs?: number;
  /** A streaming client that takes nothing for so long is left; it can come back by seq. @default 120_000 */
  readonly stallMs?: number;
  /** Streams of events and channels that may be open at once. @default 4096 */
  readonly maxStreams?: number;
  /** Told of each request when it is answered, of a stream when it begins; for a log. */
  readonly onRequest?: (request: {
    id: string;
    method: string;
    path: string;
    status: number;
    durationMs: number;
  }) => void;
  /** Told of what went wrong inside; clients are not. */
  readonly onError?: (error: unknown) => void;
}

/** Options and what the routes share. */
export interface AppContext {
  readonly host: Host;
  readonly pool: Pool | null;
  readonly maxFileBytes: number;
  readonly filesRoot: string | null;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly streams: OpenStreams;
  readonly session: (id: string) => HostedSession;
}
