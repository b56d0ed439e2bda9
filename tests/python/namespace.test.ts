import { pythonRuntime } from "@holdfast/adapter-python";
import { afterAll, describe, expect, it } from "vitest";
import { openSession } from "../support/session-run.ts";

const runtime = pythonRuntime({ executable: process.env["HOLDFAST_TEST_PYTHON"] ?? "python3" });
afterAll(() => runtime.close?.());

describe("variables of a Python session [R8.1]", () => {
  it("are listed with type, repr, size and source, and nothing that is not the user's [R8.2] [S0-31]", async () => {
    await using test = await openSession(runtime);
    await test.run("x = [1, 2]\ndef f():\n  return 1\nclass C: pass\nimport json");
    const variables = await test.session.variables();
    expect(
      variables.map(({ name, type, repr, source }) => [name, type, repr.slice(0, 9), source]),
    ).toEqual([
      ["x", "list", "[1, 2]", null],
      ["f", "function", "<function", "def f():\n  return 1\n"],
      ["C", "type", "<class '_", "class C: pass\n"],
      ["json", "module", "<module '", null],
    ]);
    expect(variables.every(({ sizeBytes }) => (sizeBytes ?? 0) > 0)).toBe(true);
  });

  it.each([
    ["null", null, "None"],
    ["nested JSON", { a: [1, "b", { c: true }] }, "{'a': [1, 'b', {'c': True}]}"],
    ["a tuple", { $type: "tuple", items: [1, { $type: "set", items: [2] }] }, "(1, {2})"],
    ["bytes", { $type: "bytes", base64: "AP8=" }, "b'\\x00\\xff'"],
    ["a large integer", { $type: "bigint", value: String(2n ** 100n) }, String(2n ** 100n)],
    ["a complex number", { $type: "complex", real: 0, imag: 1 }, "1j"],
    ["a date", { $type: "date", iso: "2020-01-02" }, "datetime.date(2020, 1, 2)"],
    ["a dict of other keys", { $type: "dict", items: [[1, "a"]] }, "{1: 'a'}"],
  ])("are set to %s, and read back as that", async (_, value, repr) => {
    await using test = await openSession(runtime);
    await test.session.setVariable("x", value);
    expect((await test.run("print(repr(x))")).out).toBe(`${repr}\n`);
    expect(await test.session.variable("x")).toMatchObject({ name: "x", repr, value });
  });

  it.each([
    ["1x", 1],
    ["__builtins__", 1],
    ["x", { $type: "nonsense" }],
    ["x", { $type: "bigint", value: "x" }],
  ])("that cannot be (%s = %j) are refused, and nothing changes", async (name, value) => {
    await using test = await openSession(runtime);
    await expect(test.session.setVariable(name, value)).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(await test.session.variables()).toEqual([]);
  });

  it("are removed by name, or all; one that is not there is said, and then none is [S0-33]", async () => {
    await using test = await openSession(runtime);
    await test.run("a = b = c = 1");
    await expect(test.session.deleteVariables(["a", "z"])).rejects.toMatchObject({
      code: "variable_not_found",
    });
    await test.session.deleteVariables(["a"]);
    expect((await test.session.variables()).map(({ name }) => name)).toEqual(["b", "c"]);
    await test.session.deleteVariables();
    expect((await test.run("dir()")).result?.repr).not.toContain("'b'");
    await expect(test.session.variable("b")).rejects.toMatchObject({ code: "variable_not_found" });
  });

  it("of hostile kinds are listed all the same, and the session lives [R8.4] [S0-34]", async () => {
    await using test = await openSession(runtime);
    await test.run(`class A:
  def __repr__(self): raise SystemExit(1)
  def __sizeof__(self): return -1
  __class__ = property(lambda self: 1/0)
class M(type):
  def __repr__(cls): return ''
class B(metaclass=M): pass
a, b, big = A(), B, 'x' * 10_000_000
globals()['not an identifier \\ud800'] = 1`);
    const variables = await test.session.variables();
    expect(variables).toHaveLength(7);
    expect(variables.every(({ repr }) => repr.length > 0 && repr.length <= 1_000)).toBe(true);
    expect((await test.run("1")).result?.repr).toBe("1");
  });

  it("tell which modules they are, and which execution imported each [R8.2] [S0-32]", async () => {
    await using test = await openSession(runtime);
    const first = await test.run("import json, os.path as p");
    const second = await test.run("import colorsys");
    expect(await test.session.modules()).toMatchObject([
      { name: "json", version: expect.any(String), executionId: first.id },
      { name: "posixpath", version: null, executionId: first.id },
      { name: "colorsys", executionId: second.id },
    ]);
  });
});

describe("completion in a Python session", () => {
  const complete = async (setUp: string, code: string, cursor = [...code].length) => {
    await using test = await openSession(runtime);
    await test.run(setUp);
    return await test.session.complete(code, cursor);
  };

  it.each([
    ["value_one = 1; value_two = 2", "1 + value_", ["value_one", "value_two"], 4],
    ["", "isinst", ["isinstance"], 0],
    ["import math", "math.isf", ["math.isfinite"].map((name) => name.slice(5)), 5],
    ["x = 'a'", "x.startsw", ["startswith"], 2],
    ["d = {'alpha': 1, 'beta': 2}", "d['al", ["alpha"], 3],
    ["", "import jso", ["json"], 7],
    ["ünï = 1", "é = ün", ["ünï"], 4],
    ["", "1 +", [], 3],
  ])("after %j: %j gives %j", async (setUp, code, matches, start) => {
    expect(await complete(setUp, code)).toMatchObject({
      matches: expect.arrayContaining(matches),
      start,
      end: [...code].length,
    });
  });

  it("runs no code of the user's: no property, no __getattr__, no __dir__", async () => {
    const setUp = `log = []
class A:
  @property
  def prop(self): log.append('prop'); return self
  def __getattr__(self, name): log.append(name); return self
  def __dir__(self): log.append('dir'); return []
a = A()`;
    await using test = await openSession(runtime);
    await test.run(setUp);
    expect((await test.session.complete("a.pr", 4)).matches).toEqual(["prop"]);
    expect((await test.session.complete("a.prop.x", 8)).matches).toEqual([]);
    expect((await test.run("log")).result?.repr).toBe("[]");
  });

  it("inspect() says what stands at the cursor, and null where nothing is known", async () => {
    await using test = await openSession(runtime);
    await test.run("def f(a, b=1):\n  'Adds.'\n  return a + b");
    const found = await test.session.inspect("f(2)", 1);
    expect(found?.["text/plain"]).toBe("f(a, b=1)\n\nAdds.");
    expect(await test.session.inspect("nothing", 3)).toBeNull();
  });
});

describe("trackChanges [R8.1]", () => {
  const cases: readonly (readonly [string, string, Readonly<Record<string, readonly string[]>>])[] =
    [
      ["x = 1", "y = 2", { added: ["y"] }],
      ["x = 1; y = 1", "x = 2; del y", { changed: ["x"], removed: ["y"] }],
      ["x = {'a': [1]}; y = x", "x['a'].append(2)", { changed: ["x", "y"] }],
      ["class A: pass\na = A(); a.n = 1; b = A()", "a.n = 2", { changed: ["a"] }],
      ["x = [1, 2]", "x.sort()", {}],
      ["x = bytearray(3)", "x[1] = 7", { changed: ["x"] }],
      ["", "import colorsys", { added: ["colorsys"], modules: ["colorsys"] }],
      ["x = 1", "x = 2; 1/0", { changed: ["x"] }],
    ];
  it.each(cases)("after %j: %j changes %j", async (setUp, code, expected) => {
    await using test = await openSession(runtime);
    await test.run(setUp);
    const { changes } = await test.run(code, { trackChanges: true });
    expect(changes).toEqual({ added: [], changed: [], removed: [], modules: [], ...expected });
    expect((await test.run("z = 1")).changes).toBeNull();
  });

  it.each([
    ["__dict__", "@property\n  def __dict__(self): print('called'); 1/0"],
    ["__getattribute__", "def __getattribute__(self, name): print('called'); 1/0"],
  ])("calls no %s of the user's [A26]", async (_, method) => {
    await using test = await openSession(runtime);
    await test.run(`class M(type):
  def __getattribute__(cls, name): print("called"); 1/0
  def __eq__(cls, other): print("called"); 1/0
  __hash__ = type.__hash__
class C(metaclass=M):
  ${method}
c = C(); import sys; sys.modules[3] = c`);
    expect(await test.run("x = 1", { trackChanges: true })).toMatchObject({
      status: "ok",
      out: "",
      changes: { added: ["x"], changed: [] },
    });
  });

  it.each(["d", "globals()"])("stands threads that change %s meanwhile [A26]", async (target) => {
    await using test = await openSession(runtime);
    await test.run(`import sys, threading
sys.setswitchinterval(1e-6)
d = {}; ended = sys.ended = threading.Event()
def change(ended=ended):
  target, i = ${target}, 0
  while not ended.is_set():
    i += 1; target[f"v{i % 5000}"] = [i]; target.pop(f"v{i * 7 % 5000}", None)
threading.Thread(target=change).start()`);
    for (let i = 0; i < 20; i++) {
      expect(await test.run("x = 1", { trackChanges: true })).toMatchObject({ status: "ok" });
      await test.session.variables({ withValues: true });
      await test.session.modules();
    }
    await test.session.deleteVariables();
    await test.run("import sys; sys.ended.set()");
  });
});
