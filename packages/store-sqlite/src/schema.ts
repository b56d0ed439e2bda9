/** What marks a SQLite file as one of ours: "HOLD". */
export const applicationId = 0x48_4f_4c_44;

/** One step a version: the file's `user_version` says how many it has. Never change one that was released; add one. */
export const migrations = [
  `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE tombstones (
    session_id TEXT PRIMARY KEY,
    at REAL NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX tombstones_by_time ON tombstones (at);
  -- AUTOINCREMENT: numbers are in the order of acceptance, and none is used again.
  CREATE TABLE executions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    idempotency_key TEXT,
    has_ended INTEGER NOT NULL,
    ended_at REAL,
    data BLOB NOT NULL,
    UNIQUE (session_id, id),
    UNIQUE (session_id, idempotency_key)
  ) STRICT;
  CREATE INDEX unfinished_executions ON executions (number) WHERE has_ended = 0;
  CREATE INDEX executions_by_end ON executions (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE events (
    execution INTEGER NOT NULL REFERENCES executions (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (execution, seq)
  ) STRICT;
  `,
] as const;
