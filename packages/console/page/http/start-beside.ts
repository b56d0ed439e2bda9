import { ApiError, post, sessionPath } from "./api.ts";

const mostTries = 5;
const longestWaitMs = 3_000;

/** Starts code in the background, once, over broken connections too. Answers the id of its execution. */
export async function startBeside(session: string, request: object): Promise<string> {
  // A repeat with the same key is answered with the execution that the first request has started.
  const headers = { "idempotency-key": crypto.randomUUID() };
  for (let tries = 1; ; tries++) {
    try {
      const path = sessionPath(session, "/executions");
      return (await post<{ readonly id: string }>(path, request, { headers })).id;
    } catch (error) {
      if (error instanceof ApiError || tries === mostTries) throw error;
    }
    await new Promise((done) => setTimeout(done, Math.min(longestWaitMs, 100 * 2 ** tries)));
  }
}
