/** Why a notebook could not be used. */
export type NotebookErrorCode =
  /** It is not JSON, or not what nbformat 4 describes. */
  | "notebook_invalid"
  /** Its nbformat is another one than 4.0 to 4.5. */
  | "notebook_version_unsupported"
  /** There is no runtime for its kernel. */
  | "kernel_unsupported"
  /** What was asked for with it cannot be, such as a range of cells that it does not have. */
  | "invalid_request";

/** A notebook that cannot be read or executed; the message names what was received and what is allowed. */
export class NotebookError extends Error {
  override readonly name = "NotebookError";
  readonly code: NotebookErrorCode;

  constructor(code: NotebookErrorCode, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }
}
