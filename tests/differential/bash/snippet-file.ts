import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Difference, type Mask, type Snippet, aspects } from "./snippet.ts";

const masks = ["folder", "job"] as const satisfies readonly Mask[];
const directive = /^#@ (masks|differs|defect)(?: ([^:]*))?: (.+)$/;

/**
 * Reads a file of snippets, whose theme is the file's name:
 *
 *     #### name of the snippet
 *     #@ masks: folder, job
 *     #@ differs stdout, status: name of a documented difference
 *     #@ defect stderr: what is wrong
 *     echo first piece
 *     #--
 *     echo second piece
 *
 * A piece ends without a newline.
 * @throws Error for a directive that is none
 */
export function readSnippets(path: string): readonly Snippet[] {
  const theme = basename(path, ".bash").replaceAll("-", " ");
  return readFileSync(path, "utf8")
    .split(/^#### /m)
    .slice(1)
    .map((text) => parseSnippet(theme, text.replace(/\n$/, "")));
}

function parseSnippet(theme: string, text: string): Snippet {
  const [name = "", ...lines] = text.split("\n");
  let masked: readonly Mask[] = [];
  let differs: Difference | null = null;
  let defect: Difference | null = null;
  while (lines[0]?.startsWith("#@")) {
    const line = lines.shift() ?? "";
    const [, what, which = "", reason = ""] = directive.exec(line) ?? [];
    if (what === "masks") masked = words(reason, masks);
    else if (what === "differs") differs = { aspects: words(which, aspects), reason };
    else if (what === "defect") defect = { aspects: words(which, aspects), reason };
    else throw new Error(`${theme}: ${name}: ${line} is no directive`);
  }
  const pieces = lines.join("\n").split("\n#--\n");
  return { theme, name, pieces, masks: masked, differs, defect };
}

/** @throws Error for a word that is none of the known */
function words<Word extends string>(text: string, known: readonly Word[]): readonly Word[] {
  return text.split(", ").map((part) => {
    const word = known.find((each) => each === part);
    if (word === undefined) throw new Error(`${part} is none of ${known.join(", ")}`);
    return word;
  });
}
