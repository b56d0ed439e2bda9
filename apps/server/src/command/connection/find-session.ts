import { type HoldfastClient, type SessionInfo, isApiError } from "@holdfast/client";
import { UsageError } from "../usage-error.ts";

/**
 * A session by its id, or by the beginning of it where that is clear.
 * @throws HoldfastApiError `session_not_found`, `session_closed`, `session_expired`; UsageError for a beginning of several
 */
export async function findSession(client: HoldfastClient, id: string): Promise<SessionInfo> {
  try {
    return await client.sessions.get(id);
  } catch (error) {
    if (!isApiError(error, "session_not_found", "invalid_request")) throw error;
    const [first, second] = await startingWith(client, id);
    if (first === undefined) throw error;
    if (second === undefined) return first;
    throw new UsageError(
      `session ${JSON.stringify(id)}: several begin so, such as ${first.id} and ${second.id}`,
    );
  }
}

async function startingWith(client: HoldfastClient, id: string): Promise<readonly SessionInfo[]> {
  const found: SessionInfo[] = [];
  for await (const session of client.sessions.list({ limit: 1000 }))
    if (session.id.startsWith(id)) found.push(session);
  return found;
}
