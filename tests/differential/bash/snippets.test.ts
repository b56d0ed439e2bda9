import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runBothWays } from "./both-ways.ts";
import { documentedDifference, documentedDifferences } from "./documented-differences.ts";
import { oddTexts } from "./odd-texts.ts";
import { type Outcome, PlainBash } from "./plain-bash.ts";
import { type Aspect, type Snippet, aspects } from "./snippet.ts";
import { readSnippets } from "./snippet-file.ts";

const folder = join(import.meta.dirname, "snippets");
const snippets: readonly Snippet[] = [
  ...readdirSync(folder).flatMap((name) => readSnippets(join(folder, name))),
  ...oddTexts,
];
const isSequence = ({ pieces }: Snippet) => pieces.length > 1;

const plainBash = new PlainBash();
afterAll(() => plainBash[Symbol.dispose]());

describe.each([...new Set(snippets.map(({ theme }) => theme))])("bash, both ways: %s", (theme) => {
  it.each(snippets.filter((snippet) => snippet.theme === theme))("$name [R4]", async (snippet) => {
    const { session, plain } = await runBothWays(snippet, plainBash);
    const { differs, defect } = snippet;
    if (differs === null && defect === null) return expect(session).toEqual(plain);
    const defects = defect?.aspects ?? [];
    const all = new Set([...(differs?.aspects ?? []), ...defects]);
    // What no longer differs must lose its mark.
    expect(differing(session, plain), "differs in").toEqual(ordered(all));
    const undo = differs && documentedDifference(differs.reason).undo;
    if (undo) expect(differing(undo(session), plain), "is left").toEqual(ordered(defects));
  });
});

describe("the differential test of bash", () => {
  it("has at least 320 snippets of one piece and 20 of several, each with a name of its own [R4]", () => {
    expect(snippets.filter((snippet) => !isSequence(snippet)).length).toBeGreaterThanOrEqual(320);
    expect(snippets.filter(isSequence).length).toBeGreaterThanOrEqual(20);
    expect(new Set(snippets.map(({ theme, name }) => `${theme}: ${name}`)).size).toBe(
      snippets.length,
    );
  });

  it.each(Object.entries(documentedDifferences))(
    "has its difference `%s` in docs/adapters.md, and in a snippet [R4]",
    (name, { reason }) => {
      const docs = readFileSync(join(import.meta.dirname, "../../../docs/adapters.md"), "utf8");
      expect(docs).toContain(reason);
      expect(snippets.some(({ differs }) => differs?.reason === name)).toBe(true);
    },
  );
});

function differing(session: Outcome, plain: Outcome): readonly Aspect[] {
  return aspects.filter((aspect) => session[aspect] !== plain[aspect]);
}

function ordered(some: Iterable<Aspect>): readonly Aspect[] {
  const set = new Set(some);
  return aspects.filter((aspect) => set.has(aspect));
}
