import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { Host, type HostOptions, MemoryCheckpointStore } from "@holdfast/core";
import { type ServeOptions, serve } from "@holdfast/server";
import { ApiClient } from "./api-client.ts";

/** A server in this process, on a free port, with real runtimes. */
export interface TestServer extends AsyncDisposable {
  readonly api: ApiClient;
  readonly host: Host;
  readonly port: number;
}

/** Starts one. Dispose of it to end its sessions too. */
export async function testServer(
  options: Partial<ServeOptions> = {},
  hostOptions: Partial<HostOptions> = {},
): Promise<TestServer> {
  const host = new Host({
    runtimes: [bashRuntime(), pythonRuntime()],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    checkpoints: new MemoryCheckpointStore(),
    ...hostOptions,
  });
  const server = await serve({ sessions: host, port: 0, ...options });
  return {
    api: new ApiClient(`http://127.0.0.1:${server.port}`),
    host,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await server.close();
      await Promise.all(host.runtimes.map(async (runtime) => runtime.close?.()));
    },
  };
}
