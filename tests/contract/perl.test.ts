import { describeWorkerContract } from "@holdfast/harness/vitest";
import { perlLanguage } from "../adapters/perl/perl-language.ts";
import { perlRuntime } from "../adapters/perl/perl-runtime.ts";

describeWorkerContract(perlRuntime, { language: perlLanguage, features: ["stdin", "interrupt"] });
