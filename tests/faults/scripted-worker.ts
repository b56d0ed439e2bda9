// A worker in a process of its own that speaks the protocol and, when told so, does not. It takes the place of Python: the
// code that it executes is `set TEXT`, `get`, or `send HEX`, which writes these bytes to its channel and exits with 7.
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import {
  type HostMessage,
  StreamChannel,
  type WorkerMessage,
  hostMessageSchema,
  protocolVersion,
} from "@holdfast/core";

const channelFd = 4;
let kept = "";

if (process.argv.includes("-c")) {
  // The question that every interpreter is asked first.
  console.log(`${process.env["SCRIPTED_WORKER"] ?? ""}\n3.99.0\ncpython`);
} else {
  const channel = new StreamChannel<WorkerMessage, typeof hostMessageSchema>({
    stream: new Socket({ fd: channelFd }),
    schema: hostMessageSchema,
  });
  channel.onMessage((message) => {
    for (const answer of answersTo(message)) void channel.send(answer);
  });
  await channel.closed;
}

function answersTo(message: HostMessage): readonly WorkerMessage[] {
  if (message.type === "hello") {
    const { pid } = process;
    const features = ["results"];
    return [
      { type: "ready", protocolVersion, runtime: "python", version: "3.99.0", pid, features },
    ];
  }
  if (message.type === "ping")
    return [{ type: "heartbeat", requestId: message.requestId, isBusy: false }];
  if (message.type !== "execute") return [];
  const { executionId, code } = message;
  const [verb, text = ""] = code.split(" ");
  if (verb === "send") {
    writeSync(channelFd, Buffer.from(text, "hex"));
    process.exit(7);
  }
  if (verb === "set") kept = text;
  return [
    { type: "started", executionId },
    { type: "result", executionId, repr: kept, value: kept, valueTruncated: false, mime: {} },
    { type: "completed", executionId, status: "ok" },
  ];
}
