import {
  type CompletionContext,
  type CompletionResult,
  autocompletion,
  closeCompletion,
} from "@codemirror/autocomplete";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, type Tooltip, hoverTooltip, showTooltip } from "@codemirror/view";
import { post, sessionPath } from "../http/api.ts";
import type { MimeView } from "../http/views.ts";
import { codePointsBefore, indexOfCodePoint } from "./code-points.ts";

const hoverMs = 500;
// What others run can take any time; nobody waits for help that long.
const patienceMs = 5_000;

/** Whom to ask, and whether it can answer now. */
export interface Assistant {
  readonly sessionId: string;
  /** A session that runs something answers when that is over: it is not asked then. */
  readonly canAnswer: () => boolean;
}

interface Matches {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Completion while writing, and documentation on hover and on demand, both from the session itself. */
export function assistance(assistant: Assistant): Extension {
  return [
    autocompletion({ override: [(context) => complete(assistant, context)], icons: false }),
    hoverTooltip((view, pos) => (assistant.canAnswer() ? inspect(assistant, view, pos) : null), {
      hoverTime: hoverMs,
    }),
    shownDocumentation,
  ];
}

/** Shows the documentation of what stands at the cursor. Answers whether there is something that can be asked about. */
export function documentAtCursor(assistant: Assistant, view: EditorView): boolean {
  const { head, empty } = view.state.selection.main;
  const before = view.state.sliceDoc(Math.max(0, head - 1), head);
  if (!empty || !/[\w.()\]]/.test(before) || !assistant.canAnswer()) return false;
  closeCompletion(view);
  void inspect(assistant, view, head).then((tooltip) => {
    if (view.hasFocus) view.dispatch({ effects: showDocumentation.of(tooltip) });
  });
  return true;
}

/** Takes the documentation away. Answers whether there was some. */
export function hideDocumentation(view: EditorView): boolean {
  if (view.state.field(shownDocumentation, false) == null) return false;
  view.dispatch({ effects: showDocumentation.of(null) });
  return true;
}

const showDocumentation = StateEffect.define<Tooltip | null>();

const shownDocumentation = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(showDocumentation)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

async function complete(
  { sessionId, canAnswer }: Assistant,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w.]+$/);
  if (!context.explicit && (word === null || /^\d/.test(word.text) || !isLongEnough(word.text)))
    return null;
  if (!canAnswer()) return null;
  const abort = new AbortController();
  context.addEventListener("abort", () => abort.abort());
  const code = context.state.doc.toString();
  const request = { code, cursor: codePointsBefore(code, context.pos) };
  try {
    const { matches, start, end } = await post<Matches>(
      sessionPath(sessionId, "/complete"),
      request,
      { signal: AbortSignal.any([abort.signal, AbortSignal.timeout(patienceMs)]) },
    );
    // Who has gone on, to the next cell perhaps, wants no list any more.
    if (matches.length === 0 || context.view?.hasFocus === false) return null;
    return {
      from: indexOfCodePoint(code, start),
      to: indexOfCodePoint(code, end),
      options: matches.map((label) => ({ label })),
      validFor: /^\w*$/,
    };
  } catch {
    return null; // writing goes on without
  }
}

function isLongEnough(word: string): boolean {
  return word.includes(".") || word.length > 1;
}

async function inspect(
  { sessionId }: Assistant,
  view: EditorView,
  pos: number,
): Promise<Tooltip | null> {
  const word = view.state.wordAt(pos);
  const code = view.state.doc.toString();
  try {
    const { mime } = await post<{ mime: MimeView | null }>(
      sessionPath(sessionId, "/inspect"),
      {
        code,
        cursor: codePointsBefore(code, word?.to ?? pos),
      },
      { signal: AbortSignal.timeout(patienceMs) },
    );
    const text = mime?.["text/plain"];
    return text === undefined ? null : tooltipOf(text, word?.from ?? pos);
  } catch {
    return null;
  }
}

function tooltipOf(text: string, pos: number): Tooltip {
  return {
    pos,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "documentation";
      dom.setAttribute("role", "tooltip");
      const [signature = "", ...rest] = text.split("\n");
      const head = document.createElement("strong");
      head.textContent = signature;
      dom.append(head, `\n${rest.join("\n")}`);
      return { dom };
    },
  };
}
