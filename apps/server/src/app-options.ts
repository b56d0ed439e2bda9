import type { Host, HostedSession, Pool } from "@holdfast/core";
import type { Context } from "hono";
import type { GateOptions } from "./access/gate.ts";
import type { TenantHost } from "./access/tenant-host.ts";
import type { OpenStreams } from "./open-streams.ts";

/** What {@link createApp} needs. Sizes in bytes, times in milliseconds. */
export interface AppOptions extends GateOptions {
  readonly host: Host;
  /** The pool that the host's workers come out of, for `GET /v1/pool`. @default none */
  readonly pool?: Pool | null;
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
    /** Name of the token, where it has one. */
    token: string | null;
    remoteAddress: string | null;
  }) => void;
  /** Told of what went wrong inside; clients are not. */
  readonly onError?: (error: unknown) => void;
}

/** Options and what the routes share. */
export interface AppContext {
  /** The host as it is for who sends the request: what belongs to others does not exist there. */
  readonly host: (c: Context) => TenantHost;
  /** One session of that host. @throws HoldfastError as {@link Host.get} */
  readonly session: (c: Context, id: string) => HostedSession;
  /** The host with everybody's sessions: for figures of the server, never for what a request names. */
  readonly wholeHost: Host;
  readonly pool: Pool | null;
  readonly maxFileBytes: number;
  readonly filesRoot: string | null;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly streams: OpenStreams;
  /** Told of what went wrong inside. */
  readonly onError: (error: unknown) => void;
}
