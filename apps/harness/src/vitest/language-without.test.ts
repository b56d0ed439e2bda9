import { expect, it } from "vitest";
import { isCaseFor } from "../contract/contract-case.ts";
import { workerContractCases } from "../contract/worker-contract-cases.ts";
import { languageWithout } from "./language-without.ts";
import { bashLanguage } from "./worker-language-bash.ts";

it("languageWithout() leaves out the cases that need an ability, and no others [R9.7]", () => {
  const titles = (language = bashLanguage) =>
    workerContractCases
      .filter((one) => isCaseFor(one, { language, features: [], methods: [] }))
      .map(({ title }) => title);
  const fewer = titles(languageWithout(bashLanguage, "closeOutput"));
  expect(titles().filter((title) => !fewer.includes(title))).toEqual([
    "an execution that closes its output ends, and the next one has output again [F12]",
  ]);
  expect(titles()).toHaveLength(fewer.length + 1);
});
