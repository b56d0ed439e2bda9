import { type HoldfastClient, type Session, type SessionInfo, isApiError } from "@holdfast/client";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";

type Options = ServerOptions & JsonOption;

/** Stops what runs in a session. */
export function interrupt(id: string, options: Options): Promise<void> {
  return change(id, options, (session) => session.interrupt());
}

/** Gives a session a fresh worker. */
export function restart(id: string, options: Options): Promise<void> {
  return change(id, options, (session) => session.restart());
}

/** Puts a checkpoint in the place of a session's state. */
export function restore(id: string, checkpoint: string, options: Options): Promise<void> {
  return change(id, options, async (session, client) =>
    session.restore(await checkpointId(client, session, checkpoint)),
  );
}

async function change(
  id: string,
  options: Options,
  work: (session: Session, client: HoldfastClient) => Promise<SessionInfo>,
): Promise<void> {
  const { client } = connectToServer(options);
  const found = await findSession(client, id);
  const info = await work(client.session(found.id), client);
  if (options.json === true) return printJson(info);
  await print(`${info.id} ${info.state}\n`);
}

/** By its id, or by its name, of which the newest of the session counts. */
async function checkpointId(
  client: HoldfastClient,
  session: Session,
  text: string,
): Promise<string> {
  try {
    return (await client.checkpoints.get(text)).id;
  } catch (error) {
    if (!isApiError(error, "checkpoint_not_found", "invalid_request")) throw error;
    for await (const { id, name } of session.checkpoints()) if (name === text) return id;
    throw error;
  }
}
