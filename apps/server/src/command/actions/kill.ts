import { collect } from "../connection/collect.ts";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";
import { UsageError } from "../usage-error.ts";

/** Ends sessions, and prints their ids. */
export async function kill(
  ids: readonly string[],
  options: ServerOptions & JsonOption & { readonly all?: boolean },
): Promise<void> {
  const { client } = connectToServer(options);
  if ((options.all === true) !== (ids.length === 0))
    throw new UsageError("kill: allowed ids of sessions, or --all");
  const sessions =
    options.all === true
      ? await collect(client.sessions.list({ limit: 1000 }))
      : await Promise.all(ids.map((id) => findSession(client, id)));
  const killed = sessions.map(({ id }) => id);
  await Promise.all(killed.map((id) => client.session(id).delete()));
  if (options.json === true) return printJson(killed);
  await print(killed.map((id) => `${id}\n`).join(""));
}
