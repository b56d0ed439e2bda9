import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { quote } from "./quote.ts";

it("quote() makes one line that bash reads back as the text, whatever it is", () => {
  const texts = [
    "",
    "a/plain.path-1",
    "it's",
    "a b",
    String.raw`\n \x41 \\`,
    "tab\tline\nreturn\r",
    '$HOME `id` $(id) "x" !x',
    "ünïcode 🎉",
    "-n",
    "~",
    "*",
    "\u0001\u001f\u007f",
  ];
  const script = `for x in ${texts.map(quote).join(" ")}; do printf '%s\\0' "$x"; done`;
  expect(script).not.toContain("\n");
  const read = execFileSync("bash", ["--norc", "-c", script], { env: { LC_ALL: "C.UTF-8" } });
  expect(read.toString().split("\0").slice(0, -1)).toEqual(texts);
});
