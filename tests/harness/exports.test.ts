import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as harness from "@holdfast/harness";
import * as forVitest from "@holdfast/harness/vitest";
import { describe, expect, test } from "vitest";
import { repository } from "../support/repository.ts";

const tests = join(repository, "tests");
const sources = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
  .map((name) => readFileSync(join(tests, name), "utf8"));

describe.each([
  ["@holdfast/harness", harness],
  ["@holdfast/harness/vitest", forVitest],
] as const)("what %s exports", (name, module) => {
  test.for(Object.keys(module))("is used as an outsider would: %s [R9]", (exported) => {
    const uses = sources.filter((source) => importsOf(source, name).has(exported));
    expect(uses).not.toEqual([]);
  });
});

/** The names that a file imports from a package. */
function importsOf(source: string, from: string): ReadonlySet<string> {
  const statements = source.matchAll(/^import \{([^}]*)\} from "([^"]+)";$/gm);
  const names = [...statements].flatMap(([, list = "", module]) =>
    module === from ? list.split(",").map((name) => name.trim().split(" as ")[0] ?? "") : [],
  );
  return new Set(names);
}
