import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { parseDeclarations } from "./declarations.ts";

function declared(code: string, ...names: string[]) {
  const text = execFileSync(
    "bash",
    ["-c", `${code}\ndeclare -p ${names.join(" ")}; echo 'f () '`],
    {
      encoding: "utf8",
    },
  );
  return parseDeclarations(text).map(({ name, attributes, value }) => [
    name,
    attributes,
    value instanceof Map ? [...value] : value,
  ]);
}

it("parseDeclarations() reads what bash prints, and stops at what is no declaration", () => {
  expect(
    declared("a=1; declare -ix b=2; declare -r c='x y'; declare d", "a", "b", "c", "d"),
  ).toEqual([
    ["a", "", "1"],
    ["b", "ix", "2"],
    ["c", "r", "x y"],
    ["d", "", null],
  ]);
});

it.each([
  ["quotes", `it's "so" \`x\` $y \\ \\n`],
  ["lines and tabs", "one\ntwo\tthree\r\n"],
  ["control characters", "\x01\x1b\x7f"],
  ["parentheses and brackets", ')]=[( a=b declare -- x="1"'],
  ["text in other scripts", "ünïcode 🎉"],
  ["nothing", ""],
])("parseDeclarations() gives back %s", (_, text) => {
  const quoted = `'${text.replaceAll("'", "'\\''")}'`;
  expect(
    declared(`v=${quoted}; a=(${quoted} b); declare -A m=([${quoted}x]=${quoted})`, "v", "a", "m"),
  ).toEqual([
    ["v", "", text],
    [
      "a",
      "a",
      [
        ["0", text],
        ["1", "b"],
      ],
    ],
    ["m", "A", [[`${text}x`, text]]],
  ]);
});

it("parseDeclarations() reads arrays with holes, and empty ones", () => {
  expect(declared("a=([3]=x [10]=y); b=(); declare -A c=()", "a", "b", "c")).toEqual([
    [
      "a",
      "a",
      [
        ["3", "x"],
        ["10", "y"],
      ],
    ],
    ["b", "a", []],
    ["c", "A", []],
  ]);
});
