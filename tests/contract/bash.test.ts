import { bashRuntime } from "@holdfast/adapter-bash";
import { bashLanguage } from "@holdfast/harness/vitest";
import { describeAdapter } from "./describe-adapter.ts";
import { bashFeatures } from "./features.ts";

describeAdapter("bash", bashRuntime(), { language: bashLanguage, features: bashFeatures });
