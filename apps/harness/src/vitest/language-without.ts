import type { LanguageAbility } from "../contract/contract-case.ts";
import type { WorkerLanguage } from "./worker-language.ts";

/** A language without some of its abilities, so that the cases that need them are not there. */
export function languageWithout(
  language: WorkerLanguage,
  ...abilities: readonly LanguageAbility[]
): WorkerLanguage {
  const rest = { ...language };
  for (const ability of abilities) delete rest[ability];
  return rest;
}
