import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Assistant } from "../editor/assistance.ts";
import type { RuntimeView } from "../http/views.ts";
import { Icon } from "../parts/icon.tsx";
import { CellView } from "./cell-view.tsx";
import type { Notebook } from "./notebook.ts";

// How near to its end a notebook is when it follows what comes.
const nearPx = 160;

/** The cells of a session. */
export function NotebookView(props: {
  readonly notebook: Notebook;
  readonly runtime: RuntimeView | undefined;
}) {
  const { notebook, runtime } = props;
  const { session } = notebook;
  const cells = notebook.cells.value;
  const features = runtime?.features ?? [];
  const assistant = useMemo<Assistant | null>(
    () =>
      features.includes("completion")
        ? {
            sessionId: session.id,
            canAnswer: () => !notebook.isBusy,
          }
        : null,
    [features],
  );
  const recall = useMemo(
    () => (back: number) => {
      const run = notebook.cells.value.filter((cell) => cell.run !== null);
      return back > 0 ? (run.at(-back)?.code ?? null) : null;
    },
    [],
  );
  const scroller = useFollowing(cells);
  useFocus(notebook, scroller);
  const last = cells.at(-1);
  useEffect(() => {
    if (last !== undefined && matchMedia("(hover: hover)").matches)
      notebook.focus(last.key, "editor");
  }, []);
  return (
    <div class="scroller" ref={scroller}>
      <div class="cells">
        {notebook.earlier.value === null ? null : (
          <button class="small earlier" onClick={() => void notebook.loadEarlier()}>
            Show earlier executions
          </button>
        )}
        {cells.map((cell, index) => (
          <CellView
            key={cell.key}
            cell={cell}
            number={index + 1}
            isLast={cell === last}
            runtime={session.runtime}
            features={features}
            notebook={notebook}
            assistant={assistant}
            recall={recall}
          />
        ))}
        <button
          class="ghost add"
          onClick={() => last !== undefined && notebook.insert(last.key, "behind")}
        >
          <Icon name="add" /> Add cell
        </button>
      </div>
    </div>
  );
}

/** Puts the focus where the notebook wants it: at once, or when the cell is there. */
function useFocus(notebook: Notebook, scroller: { readonly current: HTMLElement | null }) {
  const last = useRef<HTMLElement | null>(null);
  const move = () => {
    const wanted = notebook.focusWanted.peek();
    const cell = [...(scroller.current?.querySelectorAll<HTMLElement>("article") ?? [])].find(
      ({ dataset }) => dataset["key"] === wanted?.key,
    );
    const target =
      wanted?.part === "editor" ? cell?.querySelector<HTMLElement>(".cm-content") : cell;
    if (cell == null || target == null) return;
    notebook.focusWanted.value = null;
    last.current = target;
    target.focus();
    cell.scrollIntoView({ block: "nearest" });
  };
  // At once, so that the next key is for where the focus is then.
  useEffect(
    () =>
      effect(() => {
        if (notebook.focusWanted.value !== null) move();
      }),
    [],
  );
  useLayoutEffect(() => {
    move();
    // What is moved within the document loses the focus.
    if (document.activeElement === document.body && last.current?.isConnected === true)
      last.current.focus();
  });
}

/** Keeps the end in view while it grows, for as long as the user has not scrolled away from it. */
function useFollowing(content: unknown) {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const box = scroller.current;
    const scrolled = () => {
      if (box !== null)
        isAtEnd.current = box.scrollTop + box.clientHeight >= box.scrollHeight - nearPx;
    };
    box?.addEventListener("scroll", scrolled, { passive: true });
    return () => box?.removeEventListener("scroll", scrolled);
  }, []);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (isAtEnd.current && box !== null) box.scrollTop = box.scrollHeight;
  }, [content]);
  return scroller;
}
