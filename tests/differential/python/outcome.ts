/** What a run of a cell shows, in a form that both kinds of run have. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** `exit 0`, `exit 3`, `SIGSEGV`. An exception that nobody catches is `exit 1`, an interrupt `SIGINT`, as of a script. */
  readonly end: string;
}

/** Takes out what differs between any two runs: addresses, and the temporary folder that each has of its own. */
export function comparable({ stdout, stderr, end }: Outcome, directory: string): Outcome {
  const clean = (text: string) =>
    text
      .replaceAll(`${directory}/cell.py`, "<cell 1>")
      .replaceAll(directory, "<directory>")
      .replaceAll(/\b0x[0-9a-f]{6,}/g, "0x…");
  return { stdout: clean(stdout), stderr: clean(stderr), end };
}
