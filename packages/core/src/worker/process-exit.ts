/** How an operating-system process ended: with a code or by a signal, never both. */
export interface ProcessExit {
  readonly exitCode: number | null;
  /** Name such as `"SIGKILL"`. */
  readonly signal: NodeJS.Signals | null;
  /** The last bytes (at most 4 KiB) that the process wrote to the stderr it was born with; for diagnosis. */
  readonly stderrTail: string;
}

/** A sentence's worth of it, such as `exit code 3` or `signal SIGKILL`. */
export function describeExit({ exitCode, signal }: ProcessExit): string {
  return signal === null ? `exit code ${exitCode ?? "unknown"}` : `signal ${signal}`;
}
