import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseExactly } from "./exact-json.ts";
import { changeTexts, joinBundle, joinLines } from "./multiline.ts";
import { NotebookError } from "./notebook-error.ts";
import { type Notebook, notebookSchema } from "./notebook.ts";
import { dropTransient } from "./transient.ts";

const headSchema = z.looseObject({
  nbformat: z.number(),
  nbformat_minor: z.number().default(0),
  metadata: z.looseObject({}),
  cells: z.array(z.looseObject({ metadata: z.looseObject({}) })),
});

/**
 * Reads a notebook: the text of an `.ipynb` file of nbformat 4.0 to 4.5. Fields that are not known, and numbers as they
 * are written, are kept.
 * @throws NotebookError `notebook_invalid`, naming the place, or `notebook_version_unsupported`
 */
export function readNotebook(text: string): Notebook {
  const data = parse(text);
  checkVersion(data);
  const head = headSchema.safeParse(data);
  if (!head.success) throw invalid(head.error);
  // The data itself, in which everything is as it was: what a schema answers has its own fields in front.
  const notebook = data as z.infer<typeof headSchema>;
  changeTexts(notebook.cells, { text: joinLines, bundle: joinBundle });
  dropTransient(notebook);
  const checked = notebookSchema.safeParse(notebook);
  if (!checked.success) throw invalid(checked.error);
  const whole = notebook as unknown as Notebook;
  if (whole.nbformat_minor >= 5) addIds(whole);
  return whole;
}

function parse(text: string): unknown {
  try {
    return parseExactly(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    throw new NotebookError("notebook_invalid", `notebook: not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function checkVersion(data: unknown): void {
  const { nbformat, nbformat_minor } = (data ?? {}) as Record<string, unknown>;
  if (typeof nbformat !== "number")
    throw new NotebookError(
      "notebook_invalid",
      `notebook: nbformat: received ${shown(nbformat)}, allowed 4`,
    );
  const minor = typeof nbformat_minor === "number" ? nbformat_minor : 0;
  if (nbformat === 4 && minor >= 0 && minor <= 5) return;
  const advice =
    nbformat < 4 ? "; `jupyter nbconvert --to notebook --nbformat 4` upgrades a notebook" : "";
  throw new NotebookError(
    "notebook_version_unsupported",
    `notebook: nbformat ${nbformat}.${minor} received, 4.0 to 4.5 allowed${advice}`,
  );
}

/** From nbformat 4.5 on each cell has an id. Some programs leave it out; then it is made as nbformat makes it. */
function addIds({ cells }: Notebook): void {
  for (const cell of cells) cell.id ??= randomUUID().slice(0, 8);
}

function invalid(error: z.ZodError): NotebookError {
  const [issue] = error.issues;
  const place = issue?.path.join(".") ?? "";
  return new NotebookError("notebook_invalid", `notebook: ${place}: ${issue?.message}`, {
    cause: error,
  });
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 50);
}
