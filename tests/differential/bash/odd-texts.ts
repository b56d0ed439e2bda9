import type { Snippet } from "./snippet.ts";

const long = "x".repeat(5_000);
const manyLines = Array.from({ length: 2_000 }, (_, line) => `: ${line}`).join("\n");

/** Texts that are odd as such, and so do not stand in a file of snippets. */
const texts: Readonly<Record<string, string>> = {
  empty: "",
  "a space": " ",
  "newlines alone": "\n\n\n",
  "a comment alone": "# nothing",
  "a comment at the end": "echo a # comment",
  "a comment at the end that ends in a backslash": "echo a # comment \\",
  "a comment with a quote": "echo a # it's\necho b",
  "a newline at the end": "echo a\n",
  "several newlines at the end": "(exit 3)\n\n\n",
  "blanks at the end": "echo a  \t ",
  "a semicolon at the end": "echo a;",
  "an ampersand at the end": "true &",
  "a backslash at the end": "echo a\\",
  "a backslash and a newline at the end": "echo a \\\n",
  "a first line for the system": "#!/bin/bash\necho $0 $LINENO",
  "a first line for another shell": "#!/usr/bin/env -S sh -eu\necho a; false; echo b",
  "CRLF on a single line": "echo a\r\n",
  "CRLF on several lines": "x=1\r\necho $x\r\nif true\r\nthen echo a\r\nfi\r\n",
  "CRLF after a command's name": "ls\r\necho $?\r\n",
  "CR alone": "echo a\recho b",
  "a byte order mark": "\uFEFFecho a\necho b",
  "tabs in front": "\techo a\n\t\techo b",
  "a form feed and a vertical tab": "echo a\fb\v",
  "a no-break space": "echo\u00A0a",
  "control characters": "echo '\u0001\u0002\u007F\u001F'",
  "a separator of fields": "x='a\u001Fb'; echo ${#x}; printf '%s' \"$x\" | od -An -tx1\n",
  "a separator of fields at the end": "echo a\u001F",
  "a line of 5,000 characters": `echo ${long}`,
  "a line of 200,000 characters": `x='${long.repeat(40)}'; echo \${#x}`,
  "2,000 lines": `${manyLines}\necho $LINENO\nnonesuch_command`,
  "a function of 2,000 lines": `f() {\n${manyLines}\necho $LINENO; }\nf`,
  "a word of 512 characters and around it": [500, 511, 512, 513]
    .map((length) => `x=${"y".repeat(length)}; echo \${#x}`)
    .join("\n"),
  "code of exactly 512 characters": `echo ${"y".repeat(507)}`,
  "code of 513 characters that ends in a newline": `echo ${"y".repeat(507)}\n`,
  "code of more than 512 characters that ends in a comment": `echo ${"y".repeat(600)} # end`,
  "code of more than 512 characters with a status": `: ${long}\nexit 7`,
  "3,000 words": `set -- ${"w ".repeat(3_000)}; echo $#`,
  "deep nesting": `${"(".repeat(50)}echo deep${")".repeat(50)}`,
  "deep substitution": `echo ${"$(echo ".repeat(30)}x${")".repeat(30)}`,
  "an alias in front of the end": "shopt -s expand_aliases\nalias e=echo\ne a",
  "a here-document at the very end": "cat <<X\na\nX",
  "a here-document with CRLF": "cat <<X\r\na\r\nX\r\n",
  "two here-documents and no newline": "cat <<A <<B\na\nA\nb\nB",
  "an arithmetic shift, which is no here-document": "echo $((1 << 3))\nfalse",
  "a history expansion": "!!\necho a",
  "a pipe over lines": "printf 'b\\na\\n' |\n  sort |\n  head -n 1",
  "operators over lines": "true &&\n\n  echo yes ||\n  echo no",
  "a smiling face": "echo 😀; 😀=1",
};

/** Those of them that are not the same in a session. */
const differences: Readonly<Record<string, Pick<Snippet, "differs" | "defect">>> = {
  "a backslash at the end": {
    differs: { aspects: ["stdout"], reason: "last backslash" },
    defect: null,
  },
  "CRLF on several lines": {
    differs: { aspects: ["stderr"], reason: "syntax" },
    defect: null,
  },
};

/** {@link texts} as snippets. */
export const oddTexts: readonly Snippet[] = Object.entries(texts).map(([name, code]) => ({
  theme: "odd texts",
  name,
  pieces: [code],
  masks: [],
  differs: null,
  defect: null,
  ...differences[name],
}));
