import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionEvent } from "@holdfast/client";
import { expect, it } from "vitest";
import { breakableProxy } from "../support/breakable-proxy.ts";
import { startServer } from "../support/live-server.ts";
import { testClient } from "./test-client.ts";

it("a stream goes on over kill -9 of the server and its next start, and tells the truth of the end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "client-restart-"));
  const env = { HOLDFAST_DATA_DIR: folder, HOLDFAST_WARM: "0" };
  const first = await startServer({ env });
  await using proxy = await breakableProxy(Number(new URL(first.url).port));
  const client = testClient(proxy.port, { retry: { reconnects: 1_000, requests: 1_000 } });
  const session = await client.sessions.create({ runtime: "bash" });
  const execution = session.execute("echo begun; read; echo never", { allowInput: true });
  const events: ExecutionEvent[] = [];
  let text = "";
  let status = "";
  let second: Awaited<ReturnType<typeof startServer>> | null = null;
  for await (const event of execution) {
    events.push(event);
    if (event.type === "completed") ({ status } = event);
    if (event.type !== "stdout") continue;
    text += event.text;
    // What was stored: the answer to a request with a key is not told before it is.
    await session.execution(await execution.id).details();
    await first.end("SIGKILL");
    second = await startServer({ env });
    proxy.target = Number(new URL(second.url).port);
  }
  // Nothing twice, and nothing left out but what a gap tells of: what was not stored when the server was killed.
  for (const [index, event] of events.entries())
    expect(event.type === "gap" ? event.fromSeq : event.seq).toBe(
      (events[index - 1]?.seq ?? 0) + 1,
    );
  expect([text, status]).toEqual(["begun\n", "lost"]);
  expect((await session.execute("echo goes on")).stdout).toBe("goes on\n");
  await second?.end();
  rmSync(folder, { recursive: true });
});
