import { Worker as Thread } from "node:worker_threads";
import { interruptKey } from "./interrupts.ts";
import { startOwnThread } from "./output/watch-spawns.ts";

/** Starts the thread that brings interrupts to code that computes. It keeps nothing alive. */
export function startControl({
  controlFile,
  interruptPath,
}: {
  readonly controlFile: string;
  readonly interruptPath: string;
}): void {
  startOwnThread(() => {
    const thread = new Thread(controlFile, {
      workerData: { path: interruptPath, key: interruptKey },
      env: {},
      execArgv: [],
    });
    thread.on("error", () => {}); // it cannot be had: then loops are ended with their process
    thread.unref();
  });
}
