import { type HoldfastClient, createClient } from "@holdfast/client";
import { HoldfastError, Host, MemoryCheckpointStore } from "@holdfast/core";
import { AgentSessions, createMcpServer } from "@holdfast/mcp";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createApp } from "../app.ts";
import { allRuntimes } from "../runtimes.ts";
import { sessionEnv } from "../session-env.ts";
import { version } from "../version.ts";

/** Where the sessions of `holdfast mcp` run. */
export interface McpCommandOptions {
  /** Of a server; `undefined`: in this process. */
  readonly url?: string | undefined;
  /** Bearer token for that server. */
  readonly token?: string | undefined;
}

/** Where the tools work, until the end. */
interface Engine extends AsyncDisposable {
  readonly client: HoldfastClient;
}

/**
 * Serves the Model Context Protocol over standard input and output until the input ends, or SIGINT, SIGTERM or
 * SIGHUP comes. All sessions that it made end with it. Nothing but the protocol is written to standard output.
 * @throws HoldfastError `invalid_request` for a url that is none
 */
export async function runMcp({ url, token }: McpCommandOptions = {}): Promise<void> {
  if (url !== undefined && !URL.canParse(url)) throw invalidUrl(url);
  const over = Promise.withResolvers<void>();
  // More than one comes where a terminal and the agent both send it. Who is in a hurry sends SIGKILL.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => over.resolve());
  process.stdin.once("end", over.resolve).once("close", over.resolve);
  process.stdout.once("error", () => over.resolve()); // the client has gone
  await using engine = url === undefined ? ownEngine() : serverAt(url, token);
  await using sessions = new AgentSessions(engine.client, { endsAll: true });
  const serving = serveStdio(
    () => createMcpServer(engine.client, { sessions, version: version() }),
    { onerror: (error) => process.stderr.write(`holdfast mcp: ${error.message}\n`) },
  );
  await over.promise;
  await serving.close();
}

function serverAt(url: string, token: string | undefined): Engine {
  const client = createClient({ baseUrl: url, token: token ?? null });
  return { client, [Symbol.asyncDispose]: async () => {} };
}

function ownEngine(): Engine {
  const runtimes = allRuntimes();
  const host = new Host({
    runtimes,
    env: sessionEnv(process.env),
    checkpoints: new MemoryCheckpointStore(),
    // They end with this process, which ends with the agent.
    idleTimeoutMs: null,
  });
  const app = createApp({ host });
  return {
    client: createClient({ fetch: (request) => app.fetch(request) }),
    async [Symbol.asyncDispose]() {
      await host.close();
      await Promise.all(runtimes.map(async (runtime) => runtime.close?.()));
    },
  };
}

function invalidUrl(url: string): HoldfastError {
  return new HoldfastError({
    code: "invalid_request",
    message: `--url: received ${JSON.stringify(url)}, allowed the URL of a server, such as http://127.0.0.1:4650`,
  });
}
