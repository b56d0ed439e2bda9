import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { describeWorkerContract, javascriptLanguage } from "@holdfast/harness/vitest";

describeWorkerContract(javascriptRuntime(), {
  language: javascriptLanguage,
  features: ["stdin", "input", "results", "displays", "interrupt", "namespace", "changes", "completion", "checkpoint"],
});
