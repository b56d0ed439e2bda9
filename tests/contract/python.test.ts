import { pythonRuntime } from "@holdfast/adapter-python";
import { describeWorkerContract, pythonLanguage } from "@holdfast/harness/vitest";
import { describe } from "vitest";
import { pythonFeatures } from "./features.ts";

describe.each([{ template: true }, { template: false }])("Python with %j", (options) => {
  describeWorkerContract(pythonRuntime(options), {
    language: pythonLanguage,
    features: pythonFeatures,
  });
});
