import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Session } from "../session/session.ts";
import { debug } from "../telemetry/debug-log.ts";
import { publish } from "../telemetry/telemetry-channels.ts";
import type { HostedSession } from "./hosted-session.ts";

/** What is read of a checkpoint. */
type Told = Pick<Checkpoint, "id" | "sizeBytes" | "skipped">;

export function tellExpiring({ session, expiresAt }: HostedSession): void {
  if (expiresAt === null) return;
  const fields = () => ({ ...ofSession(session), expiresAt });
  publish("host.expiring", fields);
  debug.host?.("expiring", fields());
}

/** `begunAt` as `performance.now()` has it. */
export function tellCheckpointCreated(
  session: Session,
  checkpoint: Told,
  { begunAt, isAutomatic }: { readonly begunAt: number; readonly isAutomatic: boolean },
): void {
  const fields = () => ({ ...ofCheckpoint(session, checkpoint, begunAt), isAutomatic });
  publish("checkpoint.created", fields);
  debug.host?.("checkpoint created", fields());
}

export function tellCheckpointRestored(session: Session, checkpoint: Told, begunAt: number): void {
  const fields = () => ofCheckpoint(session, checkpoint, begunAt);
  publish("checkpoint.restored", fields);
  debug.host?.("checkpoint restored", fields());
}

export function tellCheckpointFailed(
  session: Session,
  operation: "create" | "restore",
  error: unknown,
): void {
  const code = HoldfastError.is(error) ? error.code : "internal";
  const fields = () => ({ ...ofSession(session), operation, code });
  publish("checkpoint.failed", fields);
  debug.host?.("checkpoint failed", fields());
}

function ofSession({ id, runtime }: Session) {
  return { sessionId: id, runtime: runtime.name };
}

function ofCheckpoint(session: Session, { id, sizeBytes, skipped }: Told, begunAt: number) {
  return {
    ...ofSession(session),
    checkpointId: id,
    bytes: sizeBytes,
    durationMs: performance.now() - begunAt,
    skipped: skipped.length,
  };
}
