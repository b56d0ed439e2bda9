import { runServer } from "../../run-server.ts";

/** Options of `holdfast serve`. */
export interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly token?: string;
  readonly dataDir?: string;
  readonly memory?: boolean;
  readonly store?: string;
  readonly log?: string;
}

/** Serves until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  await runServer({
    hostname: options.host,
    port: options.port,
    token: options.token,
    log: options.log,
    dataDirectory: options.dataDir,
    isMemoryOnly: options.memory,
    store: options.store,
  });
}
