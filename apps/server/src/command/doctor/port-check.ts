import { createServer } from "node:net";
import { createClient } from "@holdfast/client";
import { type Check, ok, warning } from "./check.ts";

const patienceMs = 1_000;

/** Whether the port of `holdfast serve` is free, or answered by a server of ours. */
export async function checkPort(env: NodeJS.ProcessEnv): Promise<Check> {
  const port = Number(env["PORT"] ?? "") || 4650;
  if (await isFree(port)) return ok("port", `${port} is free for holdfast serve`);
  try {
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, retry: { requests: 0 } });
    const { version, sessions } = await client.health({ signal: AbortSignal.timeout(patienceMs) });
    return ok(
      "port",
      `${port}: a server runs there, version ${version}, with ${sessions} sessions`,
    );
  } catch {
    return warning(
      "port",
      `${port} is taken by another program`,
      "name another one with --port or PORT",
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  const tried = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => tried.resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => tried.resolve(true)));
  return tried.promise;
}
