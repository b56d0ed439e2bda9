import { z } from "zod";

/**
 * A session as a store keeps it: what it takes to list it and to start it anew. `env` is what was given with the session,
 * since its next worker needs it; the environment that the host gives to all sessions is not stored.
 */
export const sessionRecordSchema = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Name of its runtime. */
  runtime: z.string(),
  /** Whose it is, such as a tenant; `null` where nobody was named. */
  owner: z.string().nullable().default(null),
  labels: z.record(z.string(), z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  /** Milliseconds; `null`: never. */
  idleTimeoutMs: z.number().nullable(),
  /** Milliseconds; `null`: never; `undefined`: what the host says. */
  executionTimeoutMs: z.number().nullish(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  lastActivityAt: z.number(),
  state: z.enum(["starting", "idle", "busy", "restarting", "lost", "closed"]),
  restarts: z.int().min(0),
  executionCount: z.int().min(0),
  /** The checkpoint that its next worker starts from. */
  lastCheckpointId: z.string().nullable(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** That a session was there, and why it is gone. */
export const tombstoneSchema = z.object({
  version: z.literal(1),
  sessionId: z.string(),
  reason: z.enum(["closed", "expired"]),
  /** Whose the session was. */
  owner: z.string().nullable().default(null),
  /** Milliseconds since the epoch. */
  at: z.number(),
});
export type TombstoneRecord = z.infer<typeof tombstoneSchema>;
