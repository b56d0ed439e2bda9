import type { ServerOptions } from "../options.ts";
import type { Connection } from "./connection.ts";

/** The server that was named, by `--url`, `HOLDFAST_URL` or a session of it; else a host in this process. */
export async function connect(
  options: ServerOptions & { readonly session?: string },
): Promise<Connection> {
  const isNamed =
    (options.url !== undefined && options.url !== "") || options.session !== undefined;
  if (isNamed) return (await import("./connect-to-server.ts")).connectToServer(options);
  return (await import("./connect-locally.ts")).connectLocally();
}
