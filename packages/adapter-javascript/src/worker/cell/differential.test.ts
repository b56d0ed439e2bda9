import { inspect } from "node:util";
import { createContext, runInContext, runInThisContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { Bindings } from "../namespace/bindings.ts";
import { compileCell } from "./compile-cell.ts";
import { runCell } from "./run-cell.ts";

const programs = Math.min(Number(process.env["HOLDFAST_FUZZ_CASES"] ?? 300), 1000);
const bindings = new Bindings();

/** Writes programs. What is written `~` is `await` in a cell, and nothing in a script. */
class ProgramWriter {
  readonly #names: readonly string[];
  readonly #declared = new Set<string>();
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
    this.#names = ["a", "b", "c", "d"].map((name) => `${name}${seed}`);
  }

  write(): string {
    const count = 1 + this.#below(6);
    return Array.from({ length: count }, () => this.#statement(0)).join("");
  }

  get names(): readonly string[] {
    return this.#names;
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 4294967296) * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }

  #end(): string {
    return this.#pick([";\n", "\n;", ";"]);
  }

  #expression(depth: number): string {
    const own = () => this.#expression(depth + 1);
    const name = this.#pick(this.#names);
    const simple = [
      String(this.#below(10)),
      '"x"',
      `(typeof ${name} === "undefined" ? 0 : ${name})`,
    ];
    if (depth > 3) return this.#pick(simple);
    const kind = this.#below(11);
    if (kind === 0) return `[${own()}, ${own()}]`;
    if (kind === 1) return `({ k: ${own()}, [${own()}]: 1 })`;
    if (kind === 2) return `(${own()} + "" + ${own()})`;
    if (kind === 3) return `((x) => [x, ${this.#sync(own())}])(${own()})`;
    if (kind === 4) return `(function () { var z = ${this.#sync(own())}; return z })()`;
    if (kind === 5) return `\`t\${${own()}}\``;
    if (kind === 6) return `(${own()} ? ${own()} : ${own()})`;
    if (kind === 7) return `new (class { q = ${this.#sync(own())} })().q`;
    if (kind === 8) return `(~ ${own()})`;
    return this.#pick(simple);
  }

  #sync(text: string): string {
    return text.replaceAll("~", "");
  }

  #statement(depth: number): string {
    const own = () => this.#statement(depth + 1);
    const value = this.#expression(0);
    const kind = this.#below(depth > 2 ? 2 : 14);
    if (kind === 2) return `if (${value}) { ${own()} } else ${own()}`;
    if (kind === 3) return `for (let i = 0; i < 2; i++) { ${own()} }`;
    if (kind === 4) return `{ let h = ${value}; h${this.#end()} ${own()} }`;
    if (kind === 5) return `try { ${own()} throw 1 } catch (e) { ${own()} }`;
    if (kind === 6) return `for (var w of [${value}]) { ${own()} }`;
    if (kind === 7) return `switch (${value}) { case 1: ${own()} break; default: ${own()} }`;
    if (kind === 8) return `do { ${own()} } while (false)\n`;
    if (kind === 9) return `label: for (;;) { ${own()} break label }\n`;
    if (kind > 9 && depth === 0) return this.#declaration() ?? value + this.#end();
    return value + this.#end();
  }

  #declaration(): string | null {
    const name = this.#names.find((one) => !this.#declared.has(one));
    if (name === undefined) return null;
    this.#declared.add(name);
    const value = this.#expression(0);
    return this.#pick([
      `const ${name} = ${value}${this.#end()}`,
      `let ${name} = ${value}, other${name}${this.#end()}`,
      `let ${name}${this.#end()}`,
      `var ${name} = ${value}${this.#end()}`,
      `const { k: ${name} = ${value} } = ({ k: ${value} })${this.#end()}`,
      `let [${name}] = [${value}]${this.#end()}`,
      `class ${name} { static s = ${this.#sync(value)} }\n`,
      `function ${name}(p = ${this.#sync(value)}) { return p }\n`,
    ]);
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 4 }).replaceAll(/\[class [^\]]*\]|\[Function[^\]]*\]/g, "F");
}

/** What a script has done: how it ended, and what its names are; `null` where it is no code, or uses a name too early. */
function asScript(source: string, names: readonly string[]): readonly string[] | null {
  const context = createContext({});
  try {
    const value: unknown = runInContext(source.replaceAll("~", ""), context);
    const values = names.map((name) =>
      shown(runInContext(`typeof ${name} === "undefined" ? undefined : ${name}`, context)),
    );
    return [shown(value), ...values];
  } catch (error) {
    const { name, message } = error as Error;
    return name === "SyntaxError" || message.includes("before init") ? null : [`threw ${message}`];
  }
}

async function asCell(source: string, names: readonly string[]): Promise<readonly string[]> {
  const cell = compileCell(source, { fileName: "<cell 1>" });
  if (cell.status === "invalid") return [cell.text];
  try {
    const value = await runCell(cell, bindings);
    const values = names.map((name) =>
      shown(runInThisContext(`typeof ${name} === "undefined" ? undefined : ${name}`)),
    );
    return [cell.hasResult ? shown(value?.[0]) : "none", ...values];
  } catch (error) {
    return [`threw ${(error as Error).message}`];
  }
}

afterEach(() => {
  for (const name of bindings.names()) bindings.delete(name);
});

describe("a cell", () => {
  it.each([
    ["", false],
    ["await ", true],
  ])(`does what a script does, ${programs} times, with %j`, async (wait, isWaiting) => {
    let compared = 0;
    for (let seed = 1; seed <= programs; seed++) {
      const writer = new ProgramWriter(seed * 7919 + Number(isWaiting));
      const source = writer.write();
      const expected = asScript(source, writer.names);
      // As an object it would be something else.
      if (expected === null || source.startsWith("{")) continue;
      compared += 1;
      const actual = await asCell(source.replaceAll("~", wait), writer.names);
      // What ends in a declaration, and a block that waits, has no result.
      const [end = ""] = actual;
      const isLess = end === "none" || (isWaiting && end === "undefined");
      expect(isLess ? actual.slice(1) : actual, source).toEqual(
        isLess ? expected.slice(1) : expected,
      );
    }
    expect(compared).toBeGreaterThan(programs / 2);
  });
});
