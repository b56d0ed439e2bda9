/** Cells whose bytes matter: `[title, code]`. */
export const oddSources: readonly (readonly [title: string, code: string])[] = [
  ["nothing", ""],
  ["a comment and no newline", "# nothing"],
  ["CRLF", "def f():\r\n    return '''a\r\nb'''\r\nprint(repr(f()))\r\n1/0\r\n"],
  ["old Mac newlines", "print(1)\rprint(2)\r"],
  ["tabs", "if True:\n\tif True:\n\t\tprint('tabs')\n"],
  ["tabs and spaces that do not agree", "if True:\n\tx = 1\n        y = 2\n"],
  ["a form feed", "print(1)\n\fprint(2)\n"],
  ["a byte order mark", "\ufeffprint('marked')\n"],
  ["no newline at the end", "print('whole')"],
  ["a backslash at the end", "# differs: CPython before 3.10\nx = 1 + \\"],
  ["an interpreter line", "#!/usr/bin/env python3\nprint('ran')\n"],
  ["names and texts beyond ASCII", "größe = 'Ünïcødé 🐍 𝒳'\nprint(größe, len(größe), 𝒳 := 3)\n"],
  ["an error in a line beyond ASCII", "x = 'äöü 日本語'; y = x + 1\n"],
  ["a line of 100,000 characters", `x = [${"1, ".repeat(33_000)}1]\nprint(len(x))\n`],
  ["10,000 lines", `${"x = 1\n".repeat(10_000)}print(x)\n1/0\n`],
  ["a non-printable character", "x = 1\u00a0+ 2\n"],
];
