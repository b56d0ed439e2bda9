import { HoldfastError } from "../errors/holdfast-error.ts";

const noSpace: readonly (string | undefined)[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** What the file system said, as an error of ours; one of ours stays as it is. */
export function storageError(what: string, cause: unknown): HoldfastError {
  if (HoldfastError.is(cause)) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return new HoldfastError({
    code: noSpace.includes(code) ? "storage_full" : "internal",
    message: `${what}: ${message}`,
    details: { errno: code ?? null },
    cause,
  });
}
