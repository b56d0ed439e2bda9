import { constants, openSync } from "node:fs";
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";

// A thread beside the one that runs user code: it hears of interrupts on a FIFO of its own, since a main thread that computes
// hears nothing, and brings them there. See interrupts.ts.

const retryMs = 1;

const { path, key } = workerData as { readonly path: string; readonly key: string };
let wanted = 0;
let session: Session | null = null;

// Held for writing too, so that there is no end of file between two interrupts.
const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
const socket = new Socket({ fd, readable: true, writable: false });
socket.on("data", (chunk: Buffer) => {
  for (let at = 0; at + 4 <= chunk.length; at += 4) interrupt(chunk.readUInt32BE(at));
});
socket.on("error", () => {});

function interrupt(number: number): void {
  if (number <= wanted) return;
  wanted = number;
  if (session === null) attempt();
}

function attempt(): void {
  if (session === null) {
    session = new Session();
    session.connectToMainThread();
  }
  const expression = `(()=>0)[${JSON.stringify(key)}](${wanted})`;
  const asked = wanted;
  session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, answer) => {
    // An error: the main thread is about to end, or what has terminated the code has ended the expression instead.
    const isEnded = error === null && answer.result.value === "ended";
    if (!isEnded || wanted !== asked) {
      setTimeout(attempt, retryMs);
    } else {
      session?.disconnect();
      session = null;
    }
  });
}
