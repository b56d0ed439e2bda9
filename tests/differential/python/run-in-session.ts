import type { Ran, TestSession } from "../../support/session-run.ts";
import { type Outcome, comparable } from "./outcome.ts";

/** Runs a cell as the first of a session. What was raised is shown on stderr by a script, and told as an error by a session. */
export async function runInSession(
  test: TestSession,
  code: string,
): Promise<{ readonly outcome: Outcome; readonly ran: Ran }> {
  const ran = await test.run(code);
  const stderr = ran.err + (ran.error?.text ?? "");
  return { ran, outcome: comparable({ stdout: ran.out, stderr, end: endOf(ran) }, test.directory) };
}

function endOf(ran: Ran): string {
  switch (ran.status) {
    case "ok":
      return "exit 0";
    case "error":
      return "exit 1";
    case "interrupted":
      return "SIGINT";
    case "lost":
      return ran.signal ?? `exit ${ran.exitCode}`;
    default:
      return ran.status;
  }
}
