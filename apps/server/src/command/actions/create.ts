import { connectToServer } from "../connection/connect-to-server.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { print, printJson } from "../terminal/output.ts";

/** Options of `holdfast create`. */
export interface CreateOptions extends ServerOptions, JsonOption {
  readonly runtime: string;
  readonly id?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly idleTimeout?: number | "never";
  readonly restore?: string;
}

/** Starts a session. */
export async function create(options: CreateOptions): Promise<void> {
  const { runtime, id, env, cwd, label, idleTimeout, restore } = options;
  const session = await connectToServer(options).client.sessions.create({
    runtime,
    ...(id === undefined ? {} : { id }),
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(label === undefined ? {} : { labels: label }),
    ...(idleTimeout === undefined
      ? {}
      : { idleTimeoutMs: idleTimeout === "never" ? null : idleTimeout }),
    ...(restore === undefined ? {} : { restore }),
  });
  if (options.json === true) return printJson(await session.info());
  await print(`${session.id}\n`);
}
