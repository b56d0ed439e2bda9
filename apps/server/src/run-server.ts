import { realpath, stat } from "node:fs/promises";
import {
  type AutomaticCheckpointOptions,
  type CheckpointStoreOptions,
  HoldfastError,
  Host,
  MemoryCheckpointStore,
  Pool,
  type Runtime,
} from "@holdfast/core";
import { readTokensFile } from "./access/tokens-file.ts";
import { createLog, logFormatOf, logLevelOf } from "./log.ts";
import { type Kept, openKept } from "./open-store.ts";
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
  /** `HOLDFAST_TOKENS_FILE`: a JSON list of tokens with names and scopes, see docs/security.md. */
  readonly tokensFile?: string | undefined;
  /** `HOLDFAST_LOG`. @default `requests`; `errors` where stderr is a terminal */
  readonly log?: string | undefined;
  /** `HOLDFAST_DATA_DIR`: the folder of what is kept. @default `$XDG_STATE_HOME/holdfast`, else `~/.local/state/holdfast` */
  readonly dataDirectory?: string | undefined;
  /** `HOLDFAST_MEMORY=1`: nothing is kept beyond the end of the process. @default false */
  readonly isMemoryOnly?: boolean | undefined;
  /** `HOLDFAST_STORE`: a Redis in the place of the file in the data folder, as `redis://host:port/database`. @default none */
  readonly store?: string | undefined;
  /** `HOLDFAST_FILES_ROOT`: the folder that no path of a file request leads out of. @default none */
  readonly filesRoot?: string | undefined;
  // `HOLDFAST_CHECKPOINTS`: when sessions are checkpointed by themselves, `execution` or every so many seconds.
  // `HOLDFAST_PYTHON_ENGINE`: `cpython`, or `pyodide` for machines without Python.
  // `HOLDFAST_STORE_PREFIX`: what the keys of that Redis begin with; `holdfast:`.
  // `HOLDFAST_STORE_TTL`: seconds for which what is there outlives its server; for ever.
  // `HOLDFAST_WARM`: warm workers that wait, for each runtime that has such; 1.
}

// All of it is memory of this process.
const memoryCheckpoints: CheckpointStoreOptions = {
  retention: { maxTotalBytes: 512 * 1024 ** 2 },
  maxCheckpointBytes: 128 * 1024 ** 2,
};

/** Serves until SIGINT or SIGTERM, then ends with 0; a second signal ends at once. */
export async function runServer(options: RunServerOptions = {}): Promise<void> {
  const { env } = process;
  // Command lines can be read by everybody on the machine.
  if (options.token !== undefined) process.title = "holdfast serve";
  let sessions: Host | null = null;
  let kept: Kept | null = null;
  let pool: Pool | null = null;
  let runtimes: readonly Runtime[] = [];
  let ending: Promise<void> | null = null;
  let close = async () => sessions?.close();
  const end = async () => {
    await close();
    await pool?.close();
    await Promise.all(runtimes.map(async (runtime) => runtime.close?.()));
    await kept?.store.close();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (ending !== null) process.exit(130);
      ending = end().then(() => process.exit(0));
    });
  }
  try {
    runtimes = allRuntimes();
    const token = (options.token ?? env["HOLDFAST_TOKEN"]) || null;
    const file = (options.tokensFile ?? env["HOLDFAST_TOKENS_FILE"]) || null;
    const { tokens, notes } = file === null ? { tokens: [], notes: [] } : readTokensFile(file);
    const log = createLog({
      level: logLevelOf(options.log ?? env["HOLDFAST_LOG"]),
      format: logFormatOf(env["HOLDFAST_LOG_FORMAT"]),
      secrets: [token, ...tokens.map((one) => one.token)],
    });
    for (const note of notes) log.note(note);
    kept = await openKept({
      dataDirectory: options.dataDirectory ?? env["HOLDFAST_DATA_DIR"],
      isMemoryOnly: options.isMemoryOnly ?? env["HOLDFAST_MEMORY"] === "1",
      shared: {
        address: options.store ?? env["HOLDFAST_STORE"],
        prefix: env["HOLDFAST_STORE_PREFIX"],
        ttl: env["HOLDFAST_STORE_TTL"],
      },
      onNote: log.note,
    });
    pool = new Pool({
      runtimes,
      env: sessionEnv(env),
      minIdle: warmOf(env["HOLDFAST_WARM"]),
      warmUp: "lazy",
      running: () => sessions?.list().filter(({ session }) => session.isBusy).length ?? 0,
      onWarmUpFailed: ({ runtime, error }) =>
        log.note(
          `warm-up of ${runtime}: ${error instanceof Error ? error.message : String(error)}`,
        ),
    });
    sessions = new Host({
      runtimes: pool.runtimes,
      env: sessionEnv(env),
      ...(kept ?? { checkpoints: new MemoryCheckpointStore(memoryCheckpoints) }),
      automaticCheckpoints: automaticCheckpoints(env["HOLDFAST_CHECKPOINTS"]),
      onStoreError: (error) => log.note(error.message),
    });
    await sessions.open();
    const server = await serve({
      sessions,
      pool,
      hostname: options.hostname ?? (env["HOST"] || "127.0.0.1"),
      port: portOf(options.port ?? env["PORT"]),
      token,
      tokens,
      allowedHosts: namesIn(env["HOLDFAST_ALLOWED_HOSTS"]),
      allowedOrigins: namesIn(env["HOLDFAST_ALLOWED_ORIGINS"]),
      filesRoot: await filesRootOf(options.filesRoot ?? env["HOLDFAST_FILES_ROOT"]),
      onRequest: log.request,
      onError: log.error,
    });
    close = () => server.close();
    for (const runtime of sessions.runtimes) {
      const info = await runtime.inspect();
      if (!info.isAvailable)
        log.note(`${runtime.name} is not available: ${info.reason}. ${info.install}`);
    }
    process.stdout.write(`Holdfast listening on ${server.url}\n`);
  } catch (error) {
    await end();
    const text = HoldfastError.is(error) ? error.message.replace(/^\[\w+\] /, "") : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  }
}

/** Names between commas; `undefined`: none are given. */
function namesIn(text = ""): readonly string[] | undefined {
  const names = text.split(",").map((name) => name.trim());
  const given = names.filter((name) => name !== "");
  return given.length === 0 ? undefined : given;
}

async function filesRootOf(path = ""): Promise<string | null> {
  if (path === "") return null;
  const stats = await stat(path).catch(() => null);
  if (stats?.isDirectory() === true) return realpath(path);
  throw new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_FILES_ROOT: received ${JSON.stringify(path)}, allowed a folder that is there`,
  });
}

function warmOf(text: string | undefined): number {
  if (text === undefined || text === "") return 1;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= 256) return count;
  throw new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_WARM: received ${JSON.stringify(text)}, allowed 0 to 256`,
  });
}

function automaticCheckpoints(text = ""): AutomaticCheckpointOptions {
  if (text === "") return {};
  if (text === "execution") return { afterExecution: true };
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return { everyMs: Math.ceil(seconds * 1_000) };
  throw new HoldfastError({
    code: "invalid_request",
    message: `HOLDFAST_CHECKPOINTS: received ${JSON.stringify(text)}, allowed "execution" or a number of seconds up to 86400`,
  });
}

function portOf(given: string | number | undefined): number {
  if (given === undefined || given === "") return 4650;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HoldfastError({
    code: "invalid_request",
    message: `PORT: received ${JSON.stringify(given)}, allowed 0 to 65535`,
  });
}
