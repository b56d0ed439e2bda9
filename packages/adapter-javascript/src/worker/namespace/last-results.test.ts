import { afterEach, describe, expect, it } from "vitest";
import { compileCell } from "../cell/compile-cell.ts";
import { runCell } from "../cell/run-cell.ts";
import { Bindings } from "./bindings.ts";
import { LastResults } from "./last-results.ts";

const bindings = new Bindings();
let results = new LastResults();

function run(source: string): unknown {
  const cell = compileCell(source, { fileName: "<cell 1>", constants: bindings.constants });
  if (cell.status === "invalid") throw new Error(cell.text);
  const value = (runCell(cell, bindings) as readonly [unknown] | undefined)?.[0];
  results.keep(value);
  return value;
}

afterEach(() => {
  for (const name of ["_", "__", "___"]) bindings.delete(name);
  results = new LastResults();
});

describe("LastResults [R1.2]", () => {
  it("keeps the last three, the newest first, and no undefined", () => {
    run("1");
    run("_ + 1");
    run("undefined");
    run("_ + 1");
    expect(run("[_, __, ___]")).toEqual([3, 2, 1]);
  });

  it("leaves a name of the user's alone until it is gone", () => {
    run("1");
    run("const _ = 'lodash'");
    run("5");
    expect(run("_")).toBe("lodash");
    expect(bindings.names()).toEqual(["_"]);
    bindings.delete("_");
    run("7");
    expect(run("_ + 0")).toBe(7);
    expect(bindings.names()).toEqual([]);
  });

  it("leaves what code assigns alone too", () => {
    run("1");
    run("_ = 'mine'; undefined");
    run("2");
    expect(run("_")).toBe("mine");
  });
});
