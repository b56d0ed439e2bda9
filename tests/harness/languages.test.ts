import { bashLanguage, javascriptLanguage, pythonLanguage } from "@holdfast/harness/vitest";
import { describe, expect, test } from "vitest";
import { has } from "../support/requires.ts";
import { runCommand } from "../support/run-command.ts";

const languages = [
  { name: "bash", command: "bash", option: "-c", language: bashLanguage },
  { name: "Python", command: "python3", option: "-c", language: pythonLanguage },
  { name: "JavaScript", command: "node", option: "-e", language: javascriptLanguage },
] as const;

describe.each(languages)(
  "the code of the contract suite in $name",
  ({ command, option, language }) => {
    test.skipIf(!has(command))("means the same to a bare interpreter [R9.7]", async () => {
      const text = `it's "quoted" \\ and ä`;
      const printed = await runCommand(command, [option, language.print(text)]);
      expect(printed).toMatchObject({ code: 0, stdout: text });
      expect((await runCommand(command, [option, language.fail])).code).not.toBe(0);
    });
  },
);
