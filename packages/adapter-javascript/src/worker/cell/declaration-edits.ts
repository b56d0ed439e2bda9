import type { VariableDeclaration } from "acorn";
import type { SourceEdits } from "./source-edits.ts";
import { blank } from "./source-position.ts";
import type { VariableStatement } from "./variable-declarations.ts";

/**
 * Makes assignments of declarations, without moving anything: what was a declaration of one scope assigns to properties of
 * the global object, which later cells may declare again. `const` becomes as many characters: `;0,  {a} = b`, where `0,` keeps a
 * pattern from being a block, and `;` keeps the line before from going on.
 */
export function editDeclaration(
  declaration: VariableDeclaration,
  source: string,
  edits: SourceEdits,
): void {
  replaceKeyword(declaration, ";", source, edits);
}

/** The same for a `var` anywhere outside functions. */
export function editVariable(
  { declaration, parent }: VariableStatement,
  source: string,
  edits: SourceEdits,
): void {
  const isHead =
    parent.type.startsWith("For") && !("body" in parent && parent.body === declaration);
  if (isHead) {
    edits.blank(declaration.start, declaration.start + "var".length);
    return;
  }
  const isInList =
    parent === declaration ||
    parent.type === "Program" ||
    parent.type === "BlockStatement" ||
    parent.type === "SwitchCase";
  replaceKeyword(declaration, isInList ? ";" : "", source, edits);
}

function replaceKeyword(
  { start, declarations }: VariableDeclaration,
  separator: string,
  source: string,
  edits: SourceEdits,
): void {
  const [first] = declarations;
  if (first === undefined) return;
  const text = separator + (first.id.type === "Identifier" ? "" : "0,");
  // Comments and line ends between the keyword and what it declares keep their places.
  edits.replace(
    start,
    first.id.start,
    text + blank(source.slice(start + text.length, first.id.start)),
  );
}
