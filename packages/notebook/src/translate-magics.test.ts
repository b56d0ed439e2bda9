import { describe, expect, it } from "vitest";
import { translateMagics } from "./translate-magics.ts";

const unchanged = [
  "x = 7 % 2",
  'text = """\n%d items\n!not a command\n"""',
  "text = '''a \\''' b\n%cd\n'''",
  "total = (7\n% 2)",
  "total = 7 \\\n% 2",
  "s = 'a(' # (\nt = 1",
  "f(\"'\", '\"')",
  "",
];

const translated: readonly (readonly [source: string, code: string])[] = [
  ["%matplotlib inline\nx = 1", "pass\nx = 1"],
  ["if True:\n    %matplotlib inline", "if True:\n    pass"],
  ['!echo "it\'s"\nx', '__import__("subprocess").run("echo \\"it\'s\\"", shell=True);\nx'],
  ["%cd", '__import__("os").chdir(__import__("os").path.expanduser("~"))'],
  ["%cd /tmp", '__import__("os").chdir(__import__("os").path.expanduser("/tmp"))'],
  [
    "%pip install x",
    '__import__("subprocess").run([__import__("sys").executable, "-m", "pip", *__import__("shlex").split("install x")]);',
  ],
  ["%%bash\necho 1\n", '__import__("subprocess").run(["bash", "-c", "echo 1\\n"], check=True);'],
];

const refused: readonly (readonly [source: string, magic: string])[] = [
  ["%timeit 1", "%timeit"],
  ["x = 1\n%load_ext autoreload\n%time 1", "%load_ext"],
  ["%%time\nx = 1", "%%time"],
  ["%%bash --bg\nsleep 1", "%%bash"],
  ["!echo {name}", "!echo {name}"],
  ["!!ls", "!!ls"],
];

describe("translateMagics()", () => {
  it.for(unchanged)("leaves Python alone: %j", (source) => {
    expect(translateMagics(source)).toEqual({ code: source, refused: null });
  });
  it.for(translated)("translates %j", ([source, code]) => {
    expect(translateMagics(source)).toEqual({ code, refused: null });
  });
  it.for(refused)("refuses in %j by name: %s", ([source, magic]) => {
    expect(translateMagics(source).refused).toBe(magic);
  });
});
