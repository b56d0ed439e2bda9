import { headingOf } from "./headings.ts";
import type { Requirement, RequirementSection } from "./requirements.ts";
import type { TestTitle } from "./test-titles.ts";

// Of a line that many tests name, so many are told by their titles.
const maxTitles = 3;

/** `docs/requirements.md`: what must hold, each with what answers it. */
export function requirementsPage(
  repository: string,
  sections: readonly RequirementSection[],
  titles: readonly TestTitle[],
): string {
  const lines = sections.flatMap((section) => section.lines);
  const answered = new Map(lines.map((line) => [line, answersOf(repository, line, titles)]));
  const tested = lines.filter(({ id }) => titles.some(({ ids }) => ids.includes(id)));
  const open = lines.filter((line) => answered.get(line)?.length === 0);
  const partly = lines.filter((line) => line.missing !== undefined && !open.includes(line));
  return [
    "# What must hold, and what answers it",
    "",
    "<!-- generated from requirements.json and the titles of the tests: HOLDFAST_UPDATE=1 npm test -- tests/gate/requirements -->",
    "",
    `${lines.length} lines. Tests that name them in their titles prove ${tested.length}; documents, benchmarks, decisions and tests without the number answer ${lines.length - tested.length - open.length}; ${open.length} have no answer.`,
    "",
    "## Without an answer",
    "",
    ...(open.length === 0 ? ["None."] : open.map(shortItem)),
    "",
    "## Answered in part",
    "",
    ...(partly.length === 0 ? ["None."] : partly.map(shortItem)),
    ...sections.flatMap((section) => [
      "",
      `## ${section.title}`,
      "",
      ...section.lines.flatMap((line) => [
        `- **${line.id}** ${line.text}`,
        ...(answered.get(line) ?? []).map((answer) => `  - ${answer}`),
        ...(line.missing === undefined ? [] : [`  - Not there: ${line.missing}`]),
      ]),
    ]),
    "",
  ].join("\n");
}

function shortItem({ id, text, missing }: Requirement): string {
  return `- **${id}** ${missing ?? text}`;
}

function answersOf(
  repository: string,
  { id, answers, decision }: Requirement,
  titles: readonly TestTitle[],
): string[] {
  const links = answers.map(
    (answer) => `[${headingOf(repository, answer) ?? answer}](${fromDocs(answer)})`,
  );
  return [
    ...(decision === undefined ? [] : [decision]),
    ...(links.length === 0 ? [] : [links.join(" · ")]),
    ...testsOf(titles.filter(({ ids }) => ids.includes(id))),
  ];
}

/** The first test of each of some files by its title, the others by their files. */
function testsOf(titles: readonly TestTitle[]): string[] {
  const firsts = titles
    .filter(({ file }, index) => titles.findIndex((title) => title.file === file) === index)
    .slice(0, maxTitles);
  const others = titles.filter((title) => !firsts.includes(title));
  const files = [...new Set(others.map(({ file }) => file))];
  return [
    ...firsts.map(({ file, title }) => `${fileLink(file)}: ${asMarkdown(title)}`),
    ...(others.length === 0 ? [] : [`${others.length} more in ${files.map(fileLink).join(", ")}`]),
  ];
}

function fileLink(file: string): string {
  return `[${file.split("/").slice(-2).join("/")}](${fromDocs(file)})`;
}

function fromDocs(path: string): string {
  return path.startsWith("docs/") ? path.slice("docs/".length) : `../${path}`;
}

// Characters that mean something in Markdown, outside of code spans.
function asMarkdown(text: string): string {
  if (!/[\\`*_<>[\]~]/.test(text.replaceAll(/`[^`]+`/g, ""))) return text;
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
