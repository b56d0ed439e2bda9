import { test } from "vitest";
import { temporaryFolder } from "../live/temporary-folder.ts";

/** What the tests of {@link serverTest} need of a server. What `serve()` of `@holdfast/server` answers has it. */
export interface TestableServer {
  /** Where it listens. */
  readonly url: string;
  /** Ends it, with its sessions. */
  close(): Promise<void>;
}

/** What a server of {@link serverTest} is started with. */
export interface ServerTestStart {
  /** An empty folder that is removed when the server is closed: for a store, for checkpoints. */
  readonly dataFolder: string;
}

/**
 * A `test` with a live `server` that all tests of the file share, and with its `dataFolder`. It is closed after the last test of
 * the file. You start it yourself, so it is the one that you are testing, with the runtimes and tokens that you want; let it listen
 * on port 0, which is a free one.
 * @param start is called when the first test of the file needs it
 */
export function serverTest<Server extends TestableServer>(
  start: (given: ServerTestStart) => Promise<Server>,
) {
  return test
    .extend("dataFolder", { scope: "file" }, async ({}, { onCleanup }): Promise<string> => {
      const folder = temporaryFolder("server-data");
      onCleanup(() => folder[Symbol.dispose]());
      return folder.path;
    })
    .extend("server", { scope: "file" }, async ({ dataFolder }, { onCleanup }): Promise<Server> => {
      const server = await start({ dataFolder });
      onCleanup(() => server.close());
      return server;
    });
}
