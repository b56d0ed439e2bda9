import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import { MessageChannel, Worker } from "node:worker_threads";
import {
  dispositionOf,
  makeControlWords,
  raiseSignal,
  setDisposition,
  wake,
} from "./control-words.ts";
import { InterruptScanner } from "./interrupt-scanner.ts";
import type { PyodideThreadData, ThreadMessage } from "./thread-messages.ts";

// A process of Pyodide: `node pyodide-process.mjs <options as JSON>`. This thread reads the channel and takes signals, the
// other one is Python, which waits and computes as it likes.

const channelFd = 4;

// As much as Python's own bounds need: below them the stack of JavaScript would end first, and Pyodide with it.
const stackSizeMb = 64;

const words = makeControlWords();
const { port1: toPython, port2: port } = new MessageChannel();
const data: PyodideThreadData = {
  ...(JSON.parse(process.argv[2] ?? "{}") as Omit<PyodideThreadData, "words" | "port" | "pid">),
  words,
  port,
  pid: process.pid,
};
const thread = new Worker(new URL("./pyodide-thread.mjs", import.meta.url), {
  workerData: data,
  transferList: [port],
  resourceLimits: { stackSizeMb },
});
thread.on("message", (message: ThreadMessage) => end(message));
thread.on("error", (error) => {
  writeSync(2, `${error.stack ?? String(error)}\n`);
  end({ exitCode: 70, signal: null });
});
thread.on("exit", (exitCode) => end({ exitCode, signal: null }));

// Those that Python may handle or ignore. The others do what they do to Node.
const signals = ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR2"] as const;

setDisposition(words, constants.signals.SIGINT, "handled");
for (const name of signals) process.on(name, () => deliver(name));

const scanner = new InterruptScanner();
const channel = new Socket({ fd: channelFd, readable: true, writable: false });
channel.on("data", (chunk: Buffer) => {
  // In this order: a signal that was raised before its message came is taken before the messages behind it are read.
  if (scanner.scan(chunk)) deliver("SIGINT");
  tell(chunk);
});
channel.on("error", () => tell(null));
channel.on("end", () => tell(null));

function tell(chunk: Buffer | null): void {
  toPython.postMessage(chunk, []);
  wake(words);
}

function deliver(name: (typeof signals)[number]): void {
  const number = constants.signals[name];
  const disposition = dispositionOf(words, number);
  if (disposition === "handled") raiseSignal(words, number);
  else if (disposition === "default") end({ exitCode: 128 + number, signal: name });
}

function end({ exitCode, signal }: ThreadMessage): void {
  if (signal === null) process.exit(exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
