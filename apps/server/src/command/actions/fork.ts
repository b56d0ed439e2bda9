import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { note, print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";

/** Forks a session. */
export async function fork(
  id: string,
  options: ServerOptions & JsonOption & { readonly count: number },
): Promise<void> {
  const { client } = connectToServer(options);
  const session = client.session((await findSession(client, id)).id);
  const { sessions, skipped } = await session.fork({ count: options.count });
  const ids = sessions.map((one) => one.id);
  if (options.json === true) return printJson({ ids, skipped });
  for (const { name, reason } of skipped)
    note(`${style("yellow", "not taken along:", process.stderr)} ${name}: ${reason}`);
  await print(ids.map((one) => `${one}\n`).join(""));
}
