import type { InterruptAttempt, InterruptBrought, WorkerKind, WorkerLink } from "@holdfast/core";
import { writeInterrupt } from "./interrupt-fifo.ts";

// When the thread that brings interrupts is told again, should it not have been there yet.
const againMs = 5;

// When what the code has started gets a signal as well: code that waits for a child, as `execSync` does, hears of nothing else.
const signalChildrenMs = 100;

/** A Node that keeps what was declared. */
export const javascript: WorkerKind = {
  runtime: "javascript",
  language: "JavaScript",
  program: "Node",
  features: [
    "stdin",
    "input",
    "results",
    "displays",
    "interrupt",
    "checkpoint",
    "namespace",
    "changes",
    "completion",
  ],
  interrupt: bringInterrupt,
};

// The message is for code that waits, the FIFO for code that computes.
function bringInterrupt(
  { request, number, isFirst, sinceMs, isSignalled }: InterruptAttempt,
  { process, send }: WorkerLink,
): InterruptBrought {
  if (isFirst) send({ type: "interrupt", executionId: request.executionId });
  const isTold = writeInterrupt(process.directory, number);
  const isDue = !isSignalled && sinceMs >= signalChildrenMs;
  if (isDue) process.signalApart(0, "SIGINT");
  return { againMs: isTold ? signalChildrenMs : againMs, isSignalled: isDue };
}
