import { Host, HoldfastError } from "@holdfast/core";
import { allRuntimes } from "./runtimes.ts";
import { serve } from "./serve.ts";
import { sessionEnv } from "./session-env.ts";

/** Settings of the server process, each from its environment variable where it is not given. */
export interface RunServerOptions {
  /** `HOST`. @default `127.0.0.1` */
  readonly hostname?: string | undefined;
  /** `PORT`. @default 4650 */
  readonly port?: number | undefined;
  /** `HOLDFAST_TOKEN`. */
  readonly token?: string | undefined;
}

/** Serves until SIGINT or SIGTERM, then ends with 0; a second signal ends at once. */
export async function runServer(options: RunServerOptions = {}): Promise<void> {
  const { env } = process;
  const sessions = new Host({ runtimes: allRuntimes(), env: sessionEnv(env) });
  try {
    const server = await serve({
      sessions,
      hostname: options.hostname ?? env["HOST"] ?? "127.0.0.1",
      port: options.port ?? portOf(env["PORT"]),
      token: (options.token ?? env["HOLDFAST_TOKEN"]) || null,
      onError: (error) =>
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
    });
    for (const runtime of sessions.runtimes) {
      const info = await runtime.inspect();
      if (!info.isAvailable)
        process.stderr.write(`${runtime.name} is not available: ${info.reason}. ${info.install}\n`);
    }
    process.stdout.write(`Holdfast listening on ${server.url}\n`);
    let isEnding = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (isEnding) process.exit(130);
        isEnding = true;
        void server.close().then(() => process.exit(0));
      });
    }
  } catch (error) {
    await sessions.close();
    process.stderr.write(
      `${HoldfastError.is(error) ? error.message.replace(/^\[\w+\] /, "") : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === "") return 4650;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HoldfastError({
    code: "invalid_request",
    message: `PORT: received ${JSON.stringify(text)}, allowed 0 to 65535`,
  });
}
