// What a program of someone else does with the installed packages. It is compiled against their types and run from the
// folder in which they were installed, on the Nodes they claim. Prints one JSON line.
import assert from "node:assert/strict";
import { bashRuntime } from "@holdfast/adapter-bash";
import { pythonRuntime } from "@holdfast/adapter-python";
import { type Execution, createClient } from "@holdfast/client";
import { bashTool } from "@holdfast/client/bash-tool";
import {
  type ExecutionRecord,
  FrameDecoder,
  Host,
  type Runtime,
  Session,
  memoryChannelPair,
} from "@holdfast/core";
import { FakeRuntime, collect } from "@holdfast/harness";
import { createApp } from "@holdfast/server";

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
const runtimes: readonly Runtime[] = [bashRuntime(), pythonRuntime()];

await using bash = await Session.open({ runtime: bashRuntime(), env });
await bash.execute("x=20; cd /").ended;
const shell = bash.execute('printf "%s %s" "$((x * 2 + 2))" "$PWD"');
const shellEnd: ExecutionRecord = await shell.ended;
assert.equal(shellEnd.exitCode, 0);
assert.equal(shell.stdout.toString(), "42 /");

await using python = await Session.open({ runtime: pythonRuntime(), env });
await python.execute("x = 20").ended;
const pythonEnd = await python.execute("x * 2 + 2").ended;
assert.equal(pythonEnd.result?.repr, "42");

await using host = new Host({ runtimes, env });
const { session } = await host.create({ runtime: "bash", id: "one" });
const events = await collect(session.execute("echo hi").events());
assert.equal(events.at(-1)?.type, "completed");

const client = createClient({ fetch: createApp({ host }).fetch });
const viaClient: Execution = await client.session("one").execute("echo $((6 * 7))");
assert.equal(viaClient.stdout, "42\n");
await using tool = bashTool(client);
assert.equal(await tool.run({ command: "echo tool" }), "tool\n[exit code 0]");

await using fake = await Session.open({ runtime: new FakeRuntime() });
assert.equal(fake.status, "idle");
assert.equal(new FrameDecoder().pendingBytes, 0);

const { host: near, worker: far } = memoryChannelPair();
near.close();
assert.equal(await far.closed, null);

console.log(
  JSON.stringify({
    node: process.version,
    shell: shell.stdout.toString(),
    python: pythonEnd.result.repr,
  }),
);
