import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isCompleteBash } from "./is-complete-bash.ts";
import { isCompleteJavaScript } from "./is-complete-javascript.ts";
import { isCompletePython } from "./is-complete-python.ts";

const python = [
  "x = 1",
  "",
  "   ",
  "# only a comment",
  "print('a')  # (",
  "print(",
  "print(1,\n      2)",
  "x = [1,\n\n2",
  "'''open",
  "'''closed'''",
  '"""a\nb"""',
  'f"""{x}',
  "x = 'not closed",
  String.raw`x = 'esc\' ' `,
  "r'\\'",
  "b'''a",
  "x = 1 + \\",
  "x = 1 + \\\n2",
  "if x:",
  "if x:\n  y",
  "if x:\n  y\n",
  "if x: y",
  "if x: y\n",
  "for i in range(3):\n  print(i)\n\n",
  "def f():",
  "def f():\n    return 1",
  "def f():\n    return 1\n",
  "def f():\n    '''\n    doc\n\n",
  "@decorator",
  "@decorator\ndef f():\n  pass\n",
  "class A:\n  x = 1\n\n",
  "lambda: (",
  "x = {'a': 1}",
  "d = {\n 'a':",
  "async def f():\n  await g()\n",
  "while True:\n  if x:\n    break\n",
  "match = 3",
  "x = y[1:]",
  "iffy = 1",
  "format = 2",
  "try:",
  "with open(f) as g:",
  "1/",
  ")",
  "x: int = 3",
];

describe("isCompletePython()", () => {
  it("says what Python's own prompt would", () => {
    const script = `import codeop, json, sys, warnings
warnings.simplefilter("ignore")
def whole(code):
    try: return codeop.compile_command(code, "<c>", "single") is not None
    except Exception: return True
print(json.dumps([whole(code) for code in json.load(sys.stdin)]))`;
    const { stdout } = spawnSync("python3", ["-c", script], {
      input: JSON.stringify(python),
      encoding: "utf8",
    });
    const theirs = JSON.parse(stdout) as readonly boolean[];
    const differences = python.flatMap((code, at) =>
      isCompletePython(code) === theirs[at] ? [] : [{ code, python: theirs[at] }],
    );
    expect(differences).toEqual([]);
  });

  it("takes several statements at once", () => {
    expect(isCompletePython("x = 1\ny = 2")).toBe(true);
    expect(isCompletePython("def f():\n  pass\n\nf()")).toBe(true);
    expect(isCompletePython("x = 1\nif x:")).toBe(false);
    expect(isCompletePython("x = 1\nif x:\n  y\n")).toBe(true);
  });
});

describe("isCompleteBash()", () => {
  it.each([
    ["echo a", true],
    ["", true],
    ["echo 'a", false],
    ["echo 'a\nb'", true],
    ["for i in 1 2; do", false],
    ["for i in 1 2; do\necho $i\ndone", true],
    ["if true", false],
    ["f() {", false],
    ["a &&", false],
    ["a |", false],
    ["echo \\", false],
    ["echo \\\\", true],
    ["cat <<E", false],
    ["cat <<E\nx", false],
    ["cat <<E\nx\nE", true],
    ["$(echo", false],
    [")", true],
    ["case x in", false],
    ["touch /nonexistent/$(echo ran >&2)", true],
  ])("%j: %s", (code, isComplete) => expect(isCompleteBash(code)).toBe(isComplete));
});

describe("isCompleteJavaScript()", () => {
  it.for([
    ["const x = 1", true],
    ["function f() {", false],
    ["function f() {\n  return 1;\n}", true],
    ["f(1,", false],
    ["f(1", false],
    ["f(1 2", true],
    ["[1, 2", false],
    ["`one", false],
    ["`one\ntwo`", true],
    ["/* a comment", false],
    ["'not closed", true],
    ["await f(", false],
    ["await f()", true],
    ["for await (const x of y) {", false],
    ["if then {", true],
    ["const x: number = 1", true],
    ["", true],
  ] as const)("%j: %s", ([code, isComplete]) => {
    expect(isCompleteJavaScript(code)).toBe(isComplete);
  });
});
