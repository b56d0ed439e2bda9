import type { EditorView } from "@codemirror/view";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Assistant } from "./assistance.ts";
import { type EditorCommands, createEditor } from "./create-editor.ts";

/** The code of a cell, to be written. */
export function Editor(props: {
  readonly code: string;
  /** Counts up when `code` is to take the place of what is written. */
  readonly revision: number;
  readonly runtime: string;
  readonly label: string;
  readonly hint: string;
  readonly assistant: Assistant | null;
  readonly commands: EditorCommands;
  readonly onChange: (code: string) => void;
}) {
  const { code, revision, runtime, label, hint, assistant } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useLayoutEffect(() => {
    const commands: EditorCommands = {
      onRun: () => latest.current.commands.onRun(),
      onRunAndStep: () => latest.current.commands.onRunAndStep(),
      onRunBeside: () => latest.current.commands.onRunBeside(),
      onLeave: () => latest.current.commands.onLeave(),
      onInterrupt: () => latest.current.commands.onInterrupt(),
      onStep: (by) => latest.current.commands.onStep(by),
    };
    const made = createEditor({
      parent: host.current as HTMLDivElement,
      code: latest.current.code,
      runtime,
      label,
      hint,
      assistant,
      commands,
      onChange: (text) => latest.current.onChange(text),
    });
    view.current = made;
    return () => made.destroy();
  }, [runtime]);
  useEffect(() => {
    const made = view.current;
    // What is written is newer than `code`, which comes back a frame later.
    if (made === null || revision === 0) return;
    made.dispatch({
      changes: { from: 0, to: made.state.doc.length, insert: code },
      selection: { anchor: code.length },
    });
  }, [revision]);
  return <div class="editor" ref={host} />;
}
