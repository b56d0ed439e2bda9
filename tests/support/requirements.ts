import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { headingOf } from "./headings.ts";
import type { TestTitle } from "./test-titles.ts";

const requirementSchema = z.strictObject({
  /** Such as `R1.2`, `D3` or `S1-27`. */
  id: z.string(),
  text: z.string(),
  /** What answers it beside the tests that name it: files of the repository, `#heading` in Markdown. */
  answers: z.array(z.string()).default([]),
  /** The decision or the lesson that answers it. */
  decision: z.string().optional(),
  /** What of it is not there. */
  missing: z.string().optional(),
});

const sectionSchema = z.strictObject({ title: z.string(), lines: z.array(requirementSchema) });

/** A line of what the system must do. */
export type Requirement = z.infer<typeof requirementSchema>;

/** Lines that belong together. */
export type RequirementSection = z.infer<typeof sectionSchema>;

/** What stands in `docs/requirements.json`. */
export function readRequirements(repository: string): RequirementSection[] {
  const text = readFileSync(join(repository, "docs/requirements.json"), "utf8");
  return z.array(sectionSchema).parse(JSON.parse(text));
}

/** What is said and is not so: numbers that are no line's or two lines', answers that are not there. */
export function faultsOf(
  repository: string,
  sections: readonly RequirementSection[],
  titles: readonly TestTitle[],
): string[] {
  const lines = sections.flatMap((section) => section.lines);
  const known = new Set(lines.map(({ id }) => id));
  return [
    ...lines
      .filter(({ id }, index) => lines.findIndex((line) => line.id === id) < index)
      .map(({ id }) => `${id} is there twice`),
    ...titles.flatMap(({ ids, file }) =>
      ids.filter((id) => !known.has(id)).map((id) => `${file}: ${id} is no line`),
    ),
    ...lines.flatMap(({ id, answers }) =>
      answers
        .filter((answer) => headingOf(repository, answer) === null)
        .map((answer) => `${id}: there is no ${answer}`),
    ),
  ];
}
