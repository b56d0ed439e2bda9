import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { applicationId, migrations } from "./schema.ts";
import { damagedFile, sqliteError } from "./sqlite-error.ts";

type SqliteModule = typeof import("node:sqlite");

/** Files up to here are read through when they are opened; in larger ones damage shows when it is met. */
const maxCheckedBytes = 64 * 1024 * 1024;

/**
 * Opens the file for this process alone, makes it where it is not there, and brings its tables up to date.
 * @throws HoldfastError `store_unavailable`, and `store_invalid` for a file that is damaged, of something else, or of a
 *   later version; that file is not written to
 */
export async function openDatabase(file: string, busyTimeoutMs: number): Promise<DatabaseSync> {
  // Where it is experimental, Node warns when it is loaded: only those who open a store are told.
  const sqlite = await import("node:sqlite");
  let database: DatabaseSync | null = null;
  try {
    const size = makeFile(file);
    if (size > 0) inspect(sqlite, { file, size, busyTimeoutMs });
    database = new sqlite.DatabaseSync(file, { timeout: busyTimeoutMs });
    // One writer: the lock ends with the process, however that ends.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    throw sqliteError(file, error);
  }
}

/** Makes sure that there is a file which is the user's own, and answers its size. */
function makeFile(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  const { size, mode } = statSync(file);
  if ((mode & 0o077) !== 0) chmodSync(file, 0o600);
  return size;
}

/** Looks at a file without the right to write to it. */
function inspect(
  { DatabaseSync: Database }: SqliteModule,
  { file, size, busyTimeoutMs }: { file: string; size: number; busyTimeoutMs: number },
): void {
  const database = new Database(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const tables = number(database, "SELECT count(*) AS value FROM sqlite_schema");
    const id = number(database, "SELECT application_id AS value FROM pragma_application_id");
    if (tables > 0 && id !== applicationId)
      throw damagedFile(file, "it belongs to another program");
    const version = number(database, "SELECT user_version AS value FROM pragma_user_version");
    if (version > migrations.length) {
      throw damagedFile(
        file,
        `it is of a later version (received ${version}, allowed up to ${migrations.length})`,
      );
    }
    if (size > maxCheckedBytes) return;
    const row = database.prepare("PRAGMA quick_check(1)").get() ?? {};
    const [found] = Object.values(row);
    if (found !== "ok") throw damagedFile(file, `it is damaged: ${String(found)}`);
  } finally {
    database.close();
  }
}

function migrate(database: DatabaseSync): void {
  database.exec("BEGIN EXCLUSIVE");
  const version = number(database, "SELECT user_version AS value FROM pragma_user_version");
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA application_id = ${applicationId}`);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
  database.exec("COMMIT");
}

function number(database: DatabaseSync, query: string): number {
  return Number(database.prepare(query).get()?.["value"]);
}
