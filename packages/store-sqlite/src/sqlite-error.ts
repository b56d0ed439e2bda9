import { HoldfastError } from "@holdfast/core";

const primary = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};

const reasons: Readonly<Record<number, string>> = {
  [primary.busy]: "another process has it open, such as a server that uses the same data folder",
  [primary.readOnly]: "it cannot be written to",
  [primary.ioError]: "reading or writing failed",
  [primary.full]: "the disk is full",
  [primary.cannotOpen]: "it cannot be opened: look at the folder and its permissions",
};

/**
 * What a failure of SQLite or of the file system means for a store: `store_invalid` for a file that is damaged or no
 * database, which is left as it is, else `store_unavailable`. Any other error is answered as it is.
 */
export function sqliteError(file: string, cause: unknown): unknown {
  const isOutside = cause instanceof Error && ("errcode" in cause || "syscall" in cause);
  if (HoldfastError.is(cause) || !isOutside) return cause;
  const code = codeOf(cause);
  const shown = cause.message;
  if (code === primary.corrupt || code === primary.notADatabase)
    return damagedFile(file, shown, cause);
  return new HoldfastError({
    code: "store_unavailable",
    message: `store ${file}: ${reasons[code] ?? "it failed"} (${shown})`,
    details: { file, sqliteCode: code },
    cause,
  });
}

/** A file that cannot be used as it is; nobody has touched it. */
export function damagedFile(file: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: "store_invalid",
    message: `store ${file}: ${why}; the file was left as it is; to begin anew, move it away, with what stands beside it`,
    details: { file },
    cause,
  });
}

/** The primary result code of SQLite; 0 for an error that is not from there. */
function codeOf(error: unknown): number {
  const code = error instanceof Error && "errcode" in error ? error.errcode : 0;
  return typeof code === "number" ? code & 0xff : 0;
}
