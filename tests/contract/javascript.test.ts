import { javascriptRuntime } from "@holdfast/adapter-javascript";
import { javascriptLanguage } from "@holdfast/harness/vitest";
import { describeAdapter } from "./describe-adapter.ts";
import { javascriptFeatures } from "./features.ts";

const executable = process.env["HOLDFAST_TEST_NODE"] ?? process.execPath;

describeAdapter("JavaScript", javascriptRuntime({ executable }), {
  language: javascriptLanguage,
  features: javascriptFeatures,
});
