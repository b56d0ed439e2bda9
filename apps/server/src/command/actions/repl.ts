import { connect } from "../connection/connect.ts";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import { openSession } from "../connection/open-session.ts";
import type { ServerOptions } from "../options.ts";
import { runRepl } from "../repl/run-repl.ts";

const absenceMs = 24 * 60 * 60 * 1_000;

/** A prompt in a session of its own, or in one of a server. */
export async function repl(
  runtime: string | undefined,
  options: ServerOptions & { readonly session?: string },
): Promise<number> {
  await using connection = await connect(options);
  await using opened = await openSession(connection.client, options.session, {
    runtime: runtime ?? "python",
    // A server ends it when we cannot, and not while somebody is at lunch.
    idleTimeoutMs: connection.isLocal ? null : absenceMs,
  });
  return await runRepl({ ...opened, follows: false });
}

/** A prompt in a live session, with what others run in it. */
export async function attach(id: string, options: ServerOptions): Promise<number> {
  const { client } = connectToServer(options);
  const info = await findSession(client, id);
  const session = client.session(info.id);
  return runRepl({ session, runtime: info.runtime, isOurs: false, follows: true });
}
