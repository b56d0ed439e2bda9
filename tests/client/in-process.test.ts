import { bashRuntime } from "@holdfast/adapter-bash";
import { createClient } from "@holdfast/client";
import { Host } from "@holdfast/core";
import { createApp } from "@holdfast/server";
import { expect, it } from "vitest";

it("createClient({ fetch: app.fetch }) drives an app in the same process, without a port", async () => {
  await using host = new Host({
    runtimes: [bashRuntime()],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  const client = createClient({ fetch: createApp({ host }).fetch });
  await using session = await client.sessions.create({ runtime: "bash" });
  expect((await session.execute("cd /; pwd")).stdout).toBe("/\n");

  const asking = session.execute("echo ready; read line; echo $line", { allowInput: true });
  let text = "";
  for await (const event of asking) {
    if (event.type !== "stdout") continue;
    if (text === "") await asking.input("typed\n");
    text += event.text;
  }
  expect(text).toBe("ready\ntyped\n");

  // An app does not look at the signal of a request: the wait ends all the same.
  const leaving = new AbortController();
  const endless = session.execute("sleep 1000", {
    signal: leaving.signal,
    interruptOnAbort: true,
  });
  const id = await endless.id;
  leaving.abort(new Error("enough"));
  await expect(endless).rejects.toThrow("enough");
  expect((await session.execution(id)).status).toBe("interrupted");
  await expect(client.session("none").info()).rejects.toMatchObject({ code: "session_not_found" });
});
