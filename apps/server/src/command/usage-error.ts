/** The command was used wrongly: the exit code is 2, and help is offered. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
