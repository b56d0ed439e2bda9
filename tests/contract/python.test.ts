import { pythonRuntime } from "@holdfast/adapter-python";
import { pythonLanguage } from "@holdfast/harness/vitest";
import { describe } from "vitest";
import { describeAdapter } from "./describe-adapter.ts";
import { pythonFeatures } from "./features.ts";

describe.each([
  ["Python", { template: true }],
  ["Python, no template", { template: false }],
] as const)("%s", (name, options) => {
  describeAdapter(name, pythonRuntime(options), {
    language: pythonLanguage,
    features: pythonFeatures,
  });
});
