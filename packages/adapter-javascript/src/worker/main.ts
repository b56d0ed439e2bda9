import { join } from "node:path";
import { Worker } from "./worker.ts";

const directory = process.env["HOLDFAST_WORKER"] ?? "";

// What a user's program finds where ours was started.
process.argv.length = 1;
process.execArgv.length = 0;

new Worker({
  ownDirectory: __dirname,
  controlFile: join(__dirname, "control.cjs"),
  interruptPath: join(directory, "interrupt"),
  directory,
}).serve();
