import { HoldfastError, type ErrorCode } from "@holdfast/core";

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "file_not_found",
  ENOTDIR: "file_not_found",
  EACCES: "forbidden",
  EPERM: "forbidden",
  EROFS: "forbidden",
  ENOSPC: "storage_full",
  EDQUOT: "storage_full",
  EFBIG: "payload_too_large",
  EISDIR: "invalid_request",
  EINVAL: "invalid_request",
  ELOOP: "invalid_request",
  ENAMETOOLONG: "invalid_request",
  ENOTEMPTY: "invalid_request",
  EEXIST: "invalid_request",
  EBUSY: "invalid_request",
  ENXIO: "invalid_request",
  ETXTBSY: "invalid_request",
  EXDEV: "invalid_request",
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  ENOTDIR: "a part of it is no directory",
  EACCES: "the server may not do that",
  EPERM: "the server may not do that",
  EROFS: "its file system is read-only",
  ENOSPC: "no space is left",
  EDQUOT: "the quota is used up",
  EISDIR: "it is a directory",
  ENAMETOOLONG: "a name in it is too long",
  ENOTEMPTY: "something was put there meanwhile",
  EEXIST: "something else is there",
  EBUSY: "it is in use",
};

/** A request about a path that cannot be done. */
export function pathRefused(path: string, why: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `path ${shownPath(path)}: ${why}`,
    details: { path: path.slice(0, 200) },
  });
}

/** What the system says about a path, as an error with a code of ours. The message has the path as it was given, no other. */
export function fileError(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause) || typeof cause.code !== "string")
    return cause;
  const code = codes[cause.code];
  if (code === undefined) return cause;
  return new HoldfastError({
    code,
    message: `path ${shownPath(path)}: ${reasons[cause.code] ?? `the system refuses it (${cause.code})`}`,
    details: { path: path.slice(0, 200) },
    cause,
  });
}

function shownPath(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
