import { isDrawerOpen, isHelpOpen, isStarting, togglePanel } from "./overlays.ts";
import { Dialog } from "./parts/dialog.tsx";
import { type PanelName, notebook } from "./workspace.ts";

const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "While writing",
    [
      ["Shift Enter", "run, and go on to the next cell"],
      ["Ctrl Enter", "run"],
      ["Alt Enter", "bash: run in the background; else run and insert a cell"],
      ["Tab", "complete, or indent"],
      ["Shift Tab", "documentation"],
      ["Ctrl C", "interrupt, when nothing is selected"],
      ["↑ ↓", "in the last cell: what ran before"],
      ["Esc", "leave the editor"],
    ],
  ],
  [
    "On a cell",
    [
      ["Enter", "edit"],
      ["↑ ↓", "the cell before, the cell behind; with Alt: move it"],
      ["A, B", "insert above, below"],
      ["Del", "delete the cell"],
      ["I", "interrupt"],
    ],
  ],
  [
    "Anywhere else",
    [
      ["N", "new session"],
      ["/", "find a session"],
      ["V, C, F", "variables, checkpoints, files"],
      ["E", "back to the last cell"],
      ["?", "this list"],
    ],
  ],
];

/** The keys that the page knows. */
export function Shortcuts() {
  if (!isHelpOpen.value) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (isHelpOpen.value = false)}>
      <div class="shortcuts">
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div class="actions">
        <button autofocus onClick={() => (isHelpOpen.value = false)}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const panels: Readonly<Record<string, PanelName>> = {
  v: "variables",
  c: "checkpoints",
  f: "files",
};

/** Keys that work wherever nothing is written. */
export function listenForShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    // A dialog that was just closed keeps the focus until the next frame.
    const writing = "input, textarea, [contenteditable], dialog[open], [role=menu]";
    if (target.closest(writing) !== null) return;
    const name = panels[event.key];
    if (event.key === "?") isHelpOpen.value = true;
    else if (event.key === "n") isStarting.value = true;
    else if (event.key === "/") findSession();
    else if (event.key === "e") editLast();
    else if (name !== undefined) togglePanel(name);
    else return;
    event.preventDefault();
  });
}

function findSession(): void {
  isDrawerOpen.value = true;
  document.getElementById("session-search")?.focus();
}

function editLast(): void {
  const last = notebook.value?.cells.value.at(-1);
  if (last !== undefined) notebook.value?.focus(last.key, "editor");
}
