import { perlLanguage } from "../adapters/perl/perl-language.ts";
import { perlRuntime } from "../adapters/perl/perl-runtime.ts";
import { describeAdapter } from "./describe-adapter.ts";

describeAdapter("Perl", perlRuntime, {
  language: perlLanguage,
  features: ["stdin", "interrupt"],
});
