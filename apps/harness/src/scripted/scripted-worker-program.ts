// The process of a ScriptedWorker: node scripted-worker-program.mjs SCRIPT LOG, with its channel on descriptor 4.
import { appendFileSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { StreamChannel, hostMessageSchema } from "@holdfast/core";
import { Performer } from "./performer.ts";
import type { WorkerScript } from "./worker-script.ts";
import { fromJson, toJson } from "./worker-step.ts";

const [, , scriptFile = "", log = ""] = process.argv;
const script = fromJson(readFileSync(scriptFile, "utf8")) as WorkerScript;
const socket = new Socket({ fd: 4 });
const channel = new StreamChannel({ stream: socket, schema: hostMessageSchema });
const performer = new Performer(script, socket);
process.on("SIGINT", () => performer.interrupt());
channel.onMessage((message) => {
  appendFileSync(log, `${toJson(message)}\n`);
  void performer.receive(message);
});
await channel.closed;
