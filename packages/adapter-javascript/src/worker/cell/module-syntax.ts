import type {
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  ImportDeclaration,
  Program,
  Statement,
} from "acorn";
import type { ImportRequest } from "./cell.ts";
import { positionAt } from "./source-position.ts";
import type { SourceEdits } from "./source-edits.ts";

/** A program without its `import` and `export`. */
export interface ScriptBody {
  readonly imports: readonly ImportRequest[];
  readonly statements: readonly Statement[];
}

/** `export` that a cell has no use for, at this offset. */
export class ExportRefused extends Error {
  readonly pos: number;

  constructor(message: string, pos: number) {
    super(message);
    this.pos = pos;
  }
}

/**
 * Takes module syntax out of a program. What is exported stays in the session like everything else, so `export` in front of a
 * declaration and `export { a }` mean nothing.
 * @throws ExportRefused
 */
export function takeModuleSyntax(program: Program, source: string, edits: SourceEdits): ScriptBody {
  const imports: ImportRequest[] = [];
  const statements: Statement[] = [];
  for (const node of program.body) {
    switch (node.type) {
      case "ImportDeclaration":
        imports.push(importRequest(node, source));
        edits.blank(node.start, node.end);
        break;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        takeExport(node, statements, edits);
        break;
      case "ExportAllDeclaration":
        throw new ExportRefused("A cell cannot export from another module: use import", node.start);
      default:
        statements.push(node);
    }
  }
  return { imports, statements };
}

function takeExport(
  node: ExportNamedDeclaration | ExportDefaultDeclaration,
  statements: Statement[],
  edits: SourceEdits,
): void {
  if (node.type === "ExportNamedDeclaration") {
    if (node.source) {
      throw new ExportRefused("A cell cannot export from another module: use import", node.start);
    }
    edits.blank(node.start, node.declaration?.start ?? node.end);
    if (node.declaration) statements.push(node.declaration);
    return;
  }
  const { declaration } = node;
  if (
    (declaration.type !== "FunctionDeclaration" && declaration.type !== "ClassDeclaration") ||
    declaration.id === null
  ) {
    throw new ExportRefused("A cell cannot export a default without a name", node.start);
  }
  edits.blank(node.start, declaration.start);
  statements.push(declaration);
}

function importRequest(node: ImportDeclaration, source: string): ImportRequest {
  return {
    specifier: String(node.source.value),
    attributes: Object.fromEntries(
      node.attributes.map(({ key, value }) => [
        key.type === "Identifier" ? key.name : String(key.value),
        String(value.value),
      ]),
    ),
    names: node.specifiers.map((specifier) => ({
      local: specifier.local.name,
      imported: importedName(specifier),
    })),
    position: positionAt(source, node.source.start),
  };
}

function importedName(specifier: ImportDeclaration["specifiers"][number]): string {
  switch (specifier.type) {
    case "ImportNamespaceSpecifier":
      return "*";
    case "ImportDefaultSpecifier":
      return "default";
    default:
      return specifier.imported.type === "Identifier"
        ? specifier.imported.name
        : String(specifier.imported.value);
  }
}
