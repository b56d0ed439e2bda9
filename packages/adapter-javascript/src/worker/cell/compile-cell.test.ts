import { describe, expect, it } from "vitest";
import { compileCell } from "./compile-cell.ts";

const compile = (source: string) => compileCell(source, { fileName: "<cell 3>" });

function invalid(source: string) {
  const cell = compile(source);
  if (cell.status === "ok") throw new Error(`it compiled: ${source}`);
  return cell;
}

describe("compileCell() on what is wrong", () => {
  it("shows the line and the place, in V8's words", () => {
    expect(invalid("let a = 1\nlet x = )").text).toBe(
      "<cell 3>:2\nlet x = )\n        ^\n\nSyntaxError: Unexpected token ')'\n",
    );
  });

  it.each([
    ["let x = )", 1, 9, "Unexpected token ')'"],
    ["\n\tfoo bar", 2, 6, "Unexpected identifier 'bar'"],
    ["f(1", 1, 3, "missing ) after argument list"],
    ["let x; let x", 1, 12, "Identifier 'x' has already been declared"],
    ["let undefined = 1", 1, 1, "Identifier 'undefined' has already been declared"],
    ["return 5", 1, 1, "'return' outside of function"],
    ["'use strict'; with (a) {}", 1, 15, "Strict mode code may not include a with statement"],
    ["const x", 1, 7, "Missing initializer in const declaration"],
    [
      "class A { #x; static { this.#y } }",
      1,
      28,
      "Private field '#y' must be declared in an enclosing class",
    ],
    ["export * from 'a'", 1, 1, "A cell cannot export from another module: use import"],
    ["export default 1", 1, 1, "A cell cannot export a default without a name"],
    ["import { a from 'b'", 1, 12, "Unexpected token"],
    ["class A { m() { super() } }", 1, 17, "'super' keyword unexpected here"],
    ["let a: number = ", 1, 17, "Expression expected"],
    ["function f(a: number) {\n  return a +* 2\n}", 2, 13, "Expression expected"],
    ["enum A { B = }", 1, 14, "Expression expected"],
    ["/(/", 1, 1, "Invalid regular expression: /(/: Unterminated group"],
    ["\tlet 漢 = '漢😀'; let a: number = )", 1, 33, "Expression expected"],
    ["let a = 1\r\nlet b = )", 2, 9, "Unexpected token ')'"],
    ["/* \u2028 */ let b = )", 2, 13, "Unexpected token ')'"],
  ])("%j is wrong at %i:%i: %s", (source, line, column, message) => {
    expect(invalid(source)).toMatchObject({ line, column, message });
  });

  it.each([
    ["if (x) {", true],
    ["f(", true],
    ["let x =", true],
    ["`abc", true],
    ["`abc ${", true],
    ["/* abc", true],
    ["'abc \\\n", true],
    ["async function f() {\n  await", true],
    ["function f(a: number) {", true],
    ["interface A {", true],
    ["[1, 2,\n// why\n", true],
    ["'abc", false],
    ["let x = )", false],
    ["let x; let x", false],
    ["if (x) }", false],
    ["function f(a: number) { ) }", false],
    ["return 5", false],
  ])("tells whether more could make %j right: %s", (source, isIncomplete) => {
    expect(invalid(source).isIncomplete).toBe(isIncomplete);
  });

  it("takes types for what they are not when it is told to", () => {
    const cell = compileCell("let x: number = 1", { fileName: "<cell 3>", typescript: false });
    expect(cell).toMatchObject({ status: "invalid", column: 6, message: "Unexpected token ':'" });
  });

  it("shows no line that is too long to be looked at", () => {
    expect(invalid(`${" ".repeat(100_000)})`).text.length).toBeLessThan(200);
  });
});

describe("compileCell()", () => {
  it("says what a cell declares, in order, with its comments", () => {
    const source = `
      /** Adds.
       *  @param a one
       */
      function add(a, b) { return a + b }
      let { x, y: [z = 1] } = {}, w;
      /* none */ class A {}
      /** Of B. */ export const B = 1
      if (x) { var v }
      { let inner; function block() {} }
      using r = null`;
    const cell = compile(source);
    expect(cell.status === "ok" && cell.declarations).toEqual([
      { name: "add", kind: "function", isReset: false, doc: "Adds.\n @param a one" },
      { name: "x", kind: "let", isReset: false, doc: null },
      { name: "z", kind: "let", isReset: false, doc: null },
      { name: "w", kind: "let", isReset: true, doc: null },
      { name: "A", kind: "class", isReset: false, doc: null },
      { name: "B", kind: "const", isReset: false, doc: "Of B." },
      { name: "v", kind: "var", isReset: false, doc: null },
      { name: "r", kind: "using", isReset: true, doc: null },
    ]);
  });

  it("maps the places of what is printed anew", () => {
    const cell = compile("enum E { A }\n\n\nfunction f(): void {\n  throw new Error('x')\n}\nf()");
    if (cell.status !== "ok") throw new Error(cell.text);
    const places: (number | undefined)[] = [];
    for (let line = 1; line < 20; line++) {
      places.push(cell.originalPosition?.({ line, column: 5 })?.line);
    }
    expect(places).toContain(5);
    expect(places.some((line) => line !== undefined && line > 7)).toBe(false);
  });

  it("runs nothing and declares nothing by itself", () => {
    compile("globalThis.ran = true; const notDeclared = 1; function norThis() {}");
    expect(["ran", "notDeclared", "norThis"].filter((name) => name in globalThis)).toEqual([]);
  });

  it("compiles a long cell in little more time for each line", () => {
    const compileLines = (count: number) => {
      const source = "const a# = await f#({ b: 1 })\nclass A# { m() {} }\n".repeat(count);
      let number = 0;
      const own = source.replaceAll("#", () => String(number++ >> 2));
      const start = performance.now();
      const cell = compileCell(
        own.replaceAll(/(const a|class A)\d+/g, (name) => `${name}_${number++}`),
        {
          fileName: "<cell 3>",
          resumptionCheck: "resumed",
        },
      );
      expect(cell.status).toBe("ok");
      return (performance.now() - start) / count;
    };
    compileLines(100);
    expect(compileLines(3000)).toBeLessThan(10 * compileLines(300));
  });
});
