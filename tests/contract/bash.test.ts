import { bashRuntime } from "@holdfast/adapter-bash";
import { bashLanguage, describeWorkerContract } from "@holdfast/harness/vitest";
import { bashFeatures } from "./features.ts";

describeWorkerContract(bashRuntime(), { language: bashLanguage, features: bashFeatures });
