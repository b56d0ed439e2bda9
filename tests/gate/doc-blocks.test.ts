import { expect, test } from "vitest";
import { docBlocks, docQuotes, matchesOutput } from "../support/doc-blocks.ts";

test("docBlocks() finds what is marked, with the output that follows it", () => {
  const text =
    "# a\n```ts run\nf();\n```\n\n```text output\n1 …\n```\n```sh\nrm x\n```\n````bash run\ng\n````\n";
  expect(docBlocks(text)).toEqual([
    { language: "ts", line: 3, code: "f();", isTest: false, output: "1 …" },
    { language: "bash", line: 13, code: "g", isTest: false, output: null },
  ]);
  const [block] = docBlocks("```ts run vitest\ntest();\n```\n");
  expect(block).toMatchObject({ language: "ts", isTest: true });
});

test("docQuotes() finds what repeats a file", () => {
  const text = "```ts\nno\n```\n```perl quote=tests/a.pl\n1;\n2;\n```\n";
  expect(docQuotes(text)).toEqual([{ path: "tests/a.pl", line: 5, code: "1;\n2;" }]);
  expect(() => docQuotes("```ts quote=a.ts\n1;\n")).toThrow("line 1");
});

test.for([
  ["a block that does not end", "```ts run\nf();\n"],
  ["output that follows nothing", "```text output\n1\n```\n"],
  ["output after something else", "```ts run\n```\nand\n```text output\n1\n```\n"],
])("docBlocks() refuses %s", ([, text]) => {
  expect(() => docBlocks(text ?? "")).toThrow(/^line \d/);
});

test.for<[printed: string, expected: string, matches: boolean]>([
  ["a\nb\n", "a\nb", true],
  ["a\nc\n", "a\nb", false],
  ["took 12 ms (ok)\n", "took … ms (ok)", true],
  ["aXb", "a.b", false],
  ["before\na", "a", false],
])("matchesOutput(%j, %j) is %s", ([printed, expected, matches]) => {
  expect(matchesOutput(printed, expected)).toBe(matches);
});
