import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../support/repository.ts";
import { requirementsPage } from "../support/requirements-page.ts";
import { faultsOf, readRequirements } from "../support/requirements.ts";
import { titlesBelow, titlesOf } from "../support/test-titles.ts";

const here = "tests/gate/requirements.test.ts";
const sections = readRequirements(repository);
const titles = titlesBelow(repository, ["tests", "apps", "packages"]).filter(
  ({ file }) => file !== here,
);

describe("docs/requirements.md", () => {
  it("is what the lines and the titles of the tests say; HOLDFAST_UPDATE=1 writes it", () => {
    const file = join(repository, "docs/requirements.md");
    const page = requirementsPage(repository, sections, titles);
    if (process.env["HOLDFAST_UPDATE"] === "1") writeFileSync(file, page);
    expect(readFileSync(file, "utf8")).toBe(page);
  });

  it("knows every number that a test names, and names what is there", () => {
    expect(faultsOf(repository, sections, titles)).toEqual([]);
  });
});

describe("faultsOf()", () => {
  const line = { id: "R1.1", text: "", answers: [] };

  it("finds a number that is no line's, a line that is there twice, and answers that are not there", () => {
    const answers = ["docs/pool.md#leases", "docs/pool.md#rooms", "docs/none.md", here];
    const lines = [line, { ...line, answers }];
    const named = [{ file: here, title: "", ids: ["R1.1", "R9.99"] }];
    expect(faultsOf(repository, [{ title: "", lines }], named)).toEqual([
      "R1.1 is there twice",
      `${here}: R9.99 is no line`,
      "R1.1: there is no docs/pool.md#rooms",
      "R1.1: there is no docs/none.md",
    ]);
  });
});

describe("requirementsPage()", () => {
  it("has what nothing answers on top, links from docs, and bounds what is said of one line", () => {
    const lines = [
      { id: "R1.1", text: "Tested.", answers: ["docs/pool.md#leases"], missing: "A half." },
      { id: "R1.2", text: "Open.", answers: [] },
    ];
    const named = ["a", "a", "b", "c", "d"].map((name, index) => {
      return { file: `tests/${name}.test.ts`, title: `test_${index}`, ids: ["R1.1"] };
    });
    const page = requirementsPage(repository, [{ title: "One", lines }], named);
    expect(page.slice(page.indexOf("## Without"))).toBe(`## Without an answer

- **R1.2** Open.

## Answered in part

- **R1.1** A half.

## One

- **R1.1** Tested.
  - [The pool: Leases](pool.md#leases)
  - [tests/a.test.ts](../tests/a.test.ts): \`test_0\`
  - [tests/b.test.ts](../tests/b.test.ts): \`test_2\`
  - [tests/c.test.ts](../tests/c.test.ts): \`test_3\`
  - 2 more in [tests/a.test.ts](../tests/a.test.ts), [tests/d.test.ts](../tests/d.test.ts)
  - Not there: A half.
- **R1.2** Open.
`);
  });
});

describe("titlesOf()", () => {
  it("finds the numbers in titles, whatever their quotes, and leaves them out of the title", () => {
    const source = [
      'it("keeps [R1.2] \\"it\\" [D3]", () => {});',
      "it.each([1])(`of %s [S1-27] [A04]`, () => {});",
      'const list = ["R1.2"]; // such as "[R1.2]"',
      'it("without a number [A33]", () => {});',
    ].join("\n");
    expect(titlesOf(source, "a.test.ts")).toEqual([
      { file: "a.test.ts", title: 'keeps "it"', ids: ["R1.2", "D3"] },
      { file: "a.test.ts", title: "of %s", ids: ["S1-27"] },
    ]);
  });
});
