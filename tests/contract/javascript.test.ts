import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { describeWorkerContract, javascriptLanguage } from "@holdfast/harness/vitest";

const executable = process.env["HOLDFAST_TEST_NODE"] ?? process.execPath;

describeWorkerContract(javascriptRuntime({ executable }), {
  language: javascriptLanguage,
  features: [
    "stdin",
    "input",
    "results",
    "displays",
    "interrupt",
    "namespace",
    "changes",
    "completion",
    "checkpoint",
  ],
});
