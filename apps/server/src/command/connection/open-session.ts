import type { CreateSession, HoldfastClient, Session } from "@holdfast/client";
import { findSession } from "./find-session.ts";

/** A session for one command: one that was there and stays, or one of its own that ends with it. */
export interface OpenedSession extends AsyncDisposable {
  readonly session: Session;
  readonly runtime: string;
  readonly isOurs: boolean;
}

/** @throws HoldfastApiError as {@link findSession} and `Sessions.create()` */
export async function openSession(
  client: HoldfastClient,
  id: string | undefined,
  create: CreateSession,
): Promise<OpenedSession> {
  if (id === undefined) {
    const session = await client.sessions.create(create);
    const close = () => session[Symbol.asyncDispose]();
    return { session, runtime: create.runtime, isOurs: true, [Symbol.asyncDispose]: close };
  }
  const info = await findSession(client, id);
  const session = client.session(info.id);
  return { session, runtime: info.runtime, isOurs: false, [Symbol.asyncDispose]: async () => {} };
}
