import { pythonRuntime } from "@holdfast/adapter-python";
import { describeWorkerContract, pythonLanguage } from "@holdfast/harness/vitest";

describeWorkerContract(pythonRuntime(), {
  language: pythonLanguage,
  features: ["stdin", "input", "results", "displays", "interrupt"],
});
