import {
  acceptCompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionStatus,
  startCompletion,
} from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
} from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { type Command, EditorView, drawSelection, keymap, placeholder } from "@codemirror/view";
import { type Assistant, assistance, documentAtCursor, hideDocumentation } from "./assistance.ts";
import { languageOf } from "./language.ts";

/** What an editor does beyond writing. Commands answer whether they did something. */
export interface EditorCommands {
  readonly onRun: () => void;
  readonly onRunAndStep: () => void;
  readonly onRunBeside: () => void;
  readonly onLeave: () => void;
  /** Ctrl+C without a selection. */
  readonly onInterrupt: () => boolean;
  /** An arrow beyond the first or last line. */
  readonly onStep: (by: -1 | 1) => boolean;
}

/** How an editor is made. */
export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly code: string;
  readonly runtime: string;
  readonly label: string;
  readonly hint: string;
  /** `null` where the runtime completes nothing. */
  readonly assistant: Assistant | null;
  readonly commands: EditorCommands;
  readonly onChange: (code: string) => void;
}

/** An editor for the code of a cell. */
export function createEditor(options: EditorOptions): EditorView {
  const { parent, code, runtime, label, hint, assistant, onChange } = options;
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: code,
      extensions: [
        Prec.highest(keymap.of(cellKeys(options))),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        EditorState.tabSize.of(4),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off" }),
        placeholder(hint),
        languageOf(runtime),
        assistant === null ? [] : assistance(assistant),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
}

function cellKeys({ assistant, commands }: EditorOptions) {
  const always =
    (work: () => void): Command =>
    (view) => {
      closeCompletion(view);
      work();
      return true;
    };
  const tab: Command = (view) => {
    const { head, empty } = view.state.selection.main;
    const before = view.state.doc
      .lineAt(head)
      .text.slice(0, head - view.state.doc.lineAt(head).from);
    if (completionStatus(view.state) === "active") return acceptCompletion(view) || true;
    if (!empty) return indentMore(view);
    if (assistant !== null && /[\w.]$/.test(before) && startCompletion(view)) return true;
    view.dispatch(view.state.replaceSelection("    "));
    return true;
  };
  const backTab: Command = (view) =>
    (assistant !== null && documentAtCursor(assistant, view)) || indentLess(view) || true;
  const escape: Command = (view) => {
    if (hideDocumentation(view)) return true;
    if (completionStatus(view.state) !== null) return false;
    commands.onLeave();
    return true;
  };
  const arrow =
    (by: -1 | 1): Command =>
    (view) => {
      const { head, empty } = view.state.selection.main;
      const line = view.state.doc.lineAt(head).number;
      const isEdge = line === (by === -1 ? 1 : view.state.doc.lines);
      return completionStatus(view.state) === null && empty && isEdge && commands.onStep(by);
    };
  return [
    { key: "Shift-Enter", run: always(commands.onRunAndStep) },
    { key: "Mod-Enter", run: always(commands.onRun) },
    { key: "Ctrl-Enter", run: always(commands.onRun) },
    { key: "Alt-Enter", run: always(commands.onRunBeside) },
    { key: "Tab", run: tab, shift: backTab },
    { key: "Escape", run: escape },
    { key: "ArrowUp", run: arrow(-1) },
    { key: "ArrowDown", run: arrow(1) },
    {
      key: "Ctrl-c",
      run: (view: EditorView) => view.state.selection.main.empty && commands.onInterrupt(),
    },
  ];
}
