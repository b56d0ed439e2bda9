import { stoppedError } from "./stopped.ts";

/** Errors of code that nobody waits for: told on the standard error of the execution whose code it was. */
export function reportUncaught(report: (error: unknown) => void): () => void {
  const onException = (error: unknown) => {
    if (error !== stoppedError && process.listenerCount("uncaughtException") <= 1) report(error);
  };
  const onRejection = (reason: unknown) => {
    if (reason !== stoppedError && process.listenerCount("unhandledRejection") <= 1) report(reason);
  };
  // Before each execution: user code may have taken all listeners away, and then the process would end with the next error.
  return () => {
    if (!process.listeners("uncaughtException").includes(onException)) {
      process.on("uncaughtException", onException);
    }
    if (!process.listeners("unhandledRejection").includes(onRejection)) {
      process.on("unhandledRejection", onRejection);
    }
  };
}
