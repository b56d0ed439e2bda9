import { copyExactly, writeExactly } from "./exact-json.ts";
import { changeTexts, splitBundle, splitLines } from "./multiline.ts";
import type { Notebook } from "./notebook.ts";
import { dropTransient } from "./transient.ts";

/**
 * The text of an `.ipynb` file, byte for byte as Jupyter's nbformat writes it: keys sorted, indented by one space, texts as
 * lists of lines, not restricted to ASCII, with a newline at the end.
 */
export function writeNotebook(notebook: Notebook): string {
  const copy = copyExactly(notebook) as Notebook;
  changeTexts(copy.cells, { text: splitLines, bundle: splitBundle });
  dropTransient(copy);
  return `${writeExactly(copy)}\n`;
}
