import type { Cell } from "./cells.ts";
import type { Notebook } from "./notebook.ts";

/** Keys of a cell that has the focus itself, not its editor or a button in it. */
export function cellKey(event: KeyboardEvent, cell: Cell, notebook: Notebook): void {
  if (event.target !== event.currentTarget) return;
  const { key } = cell;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "Enter") {
    if (event.shiftKey || event.ctrlKey || event.metaKey) notebook.run(key);
    if (event.shiftKey) notebook.step(key, 1, "cell");
    if (isPlain && !event.shiftKey) notebook.focus(key, "editor");
  } else if (event.key === "ArrowUp" || (isPlain && event.key === "k")) {
    if (event.altKey) notebook.move(key, -1);
    else notebook.step(key, -1, "cell");
  } else if (event.key === "ArrowDown" || (isPlain && event.key === "j")) {
    if (event.altKey) notebook.move(key, 1);
    else notebook.step(key, 1, "cell");
  } else if (isPlain && event.key === "a") notebook.insert(key, "before");
  else if (isPlain && event.key === "b") notebook.insert(key, "behind");
  else if (isPlain && (event.key === "Delete" || event.key === "Backspace")) notebook.remove(key);
  else if (isPlain && event.key === "i") void notebook.actOn(cell, "interrupt");
  else return;
  event.preventDefault();
  event.stopPropagation();
}
