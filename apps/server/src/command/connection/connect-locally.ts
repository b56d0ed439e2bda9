import { createClient } from "@holdfast/client";
import { Host, MemoryCheckpointStore } from "@holdfast/core";
import { createApp } from "../../app.ts";
import { allRuntimes } from "../../runtimes.ts";
import { sessionEnv } from "../../session-env.ts";
import type { Connection } from "./connection.ts";

const maxDelayMs = 2 ** 31 - 1;

/** A host in this process and a client of it: nothing listens, nothing is kept. */
export function connectLocally(): Connection {
  const runtimes = allRuntimes();
  const host = new Host({
    runtimes,
    env: sessionEnv(process.env),
    checkpoints: new MemoryCheckpointStore(),
    // Whoever feeds us may take their time, and so may the code.
    session: { inputSendTimeoutMs: maxDelayMs, inputWaitTimeoutMs: null },
    idleTimeoutMs: null,
  });
  const app = createApp({ host, stallMs: maxDelayMs });
  const client = createClient({ fetch: (request) => app.fetch(request) });
  const close = async () => {
    await host.close();
    await Promise.all(runtimes.map(async (runtime) => runtime.close?.()));
  };
  return { client, isLocal: true, [Symbol.asyncDispose]: close };
}
