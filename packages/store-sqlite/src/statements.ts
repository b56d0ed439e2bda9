import type { DatabaseSync, StatementSync } from "node:sqlite";

const texts = {
  putSession: `INSERT INTO sessions (id, created_at, data) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at, data = excluded.data`,
  dropSession: "DELETE FROM sessions WHERE id = ?",
  hasSession: "SELECT 1 FROM sessions WHERE id = ?",
  sessions: "SELECT id, data FROM sessions ORDER BY created_at, id",
  putTombstone: `INSERT INTO tombstones (session_id, at, data) VALUES (?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE SET at = excluded.at, data = excluded.data`,
  dropTombstone: "DELETE FROM tombstones WHERE session_id = ?",
  tombstones: "SELECT session_id AS id, data FROM tombstones ORDER BY at, session_id",
  // Without numbered parameters: Node before 22.20 does not bind them.
  putExecution: `WITH given (session_id, id, idempotency_key, has_ended, ended_at, data) AS (VALUES (?, ?, ?, ?, ?, ?))
    INSERT INTO executions (session_id, id, idempotency_key, has_ended, ended_at, data)
    SELECT * FROM given WHERE EXISTS (SELECT 1 FROM sessions WHERE sessions.id = given.session_id)
    ON CONFLICT (session_id, id) DO UPDATE SET idempotency_key = excluded.idempotency_key,
      has_ended = excluded.has_ended, ended_at = excluded.ended_at, data = excluded.data`,
  dropExecution: "DELETE FROM executions WHERE session_id = ? AND id = ?",
  executionNumber: "SELECT number FROM executions WHERE session_id = ? AND id = ?",
  execution: "SELECT data FROM executions WHERE session_id = ? AND id = ?",
  executionByKey: "SELECT id, data FROM executions WHERE session_id = ? AND idempotency_key = ?",
  executions: `SELECT id, data FROM executions WHERE session_id = ? AND number < ?
    ORDER BY number DESC LIMIT ?`,
  unfinished: "SELECT id, data FROM executions WHERE has_ended = 0 ORDER BY number",
  putEvent: `INSERT INTO events (execution, seq, data) VALUES (?, ?, ?)
    ON CONFLICT (execution, seq) DO UPDATE SET data = excluded.data`,
  events: "SELECT seq, data FROM events WHERE execution = ? AND seq > ? ORDER BY seq",
  lastSeq: "SELECT coalesce(max(seq), 0) AS value FROM events WHERE execution = ?",
  pruneTombstones: "DELETE FROM tombstones WHERE at < ?",
  pruneOld: "DELETE FROM executions WHERE ended_at < ?",
  pruneExcess: `DELETE FROM executions WHERE number IN (
    SELECT number FROM (
      SELECT number, row_number() OVER (PARTITION BY session_id ORDER BY number DESC) AS place
      FROM executions WHERE has_ended = 1)
    WHERE place > ?)`,
} as const;

/** The prepared statements of a store, by what they do. */
export type Statements = { readonly [K in keyof typeof texts]: StatementSync };

export function prepareStatements(database: DatabaseSync): Statements {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, database.prepare(text)]),
  ) as Statements;
}
