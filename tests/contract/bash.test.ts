import { bashRuntime } from "@holdfast/adapter-bash";
import { bashLanguage, describeWorkerContract } from "@holdfast/harness/vitest";

describeWorkerContract(bashRuntime(), {
  language: bashLanguage,
  features: [
    "stdin",
    "input",
    "background",
    "interrupt",
    "checkpoint",
    "fork",
    "namespace",
    "changes",
  ],
});
