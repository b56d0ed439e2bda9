import type { RefObject } from "preact";
import { useRef } from "preact/hooks";

/** Where code is written. */
export interface ComposerProps {
  readonly code: string;
  readonly runtime: string;
  /** What was run before, oldest first. */
  readonly history: readonly string[];
  readonly canRunInBackground: boolean;
  readonly isBusy: boolean;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onCode: (code: string) => void;
  readonly onRun: (isBackground: boolean) => void;
  readonly onInterrupt: () => void;
}

const indentation = "    ";

/** The code to run next: Shift+Enter or Ctrl+Enter runs it, Alt+Enter beside the foreground, arrows recall. */
export function Composer(props: ComposerProps) {
  const { code, runtime, history, canRunInBackground, isBusy, field, onCode, onRun, onInterrupt } =
    props;
  /** How far back the recalled code lies; 0 is what is being written. */
  const recalled = useRef(0);
  /** After Escape, Tab leaves the field as it does elsewhere. */
  const tabLeaves = useRef(false);
  const recall = (step: number) => {
    const position = Math.min(history.length, Math.max(0, recalled.current + step));
    if (position === recalled.current) return;
    recalled.current = position;
    onCode(position === 0 ? "" : (history.at(-position) ?? ""));
  };
  const run = (isBackground: boolean) => {
    recalled.current = 0;
    onRun(isBackground);
  };
  const press = (event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }) => {
    const { selectionStart, selectionEnd } = event.currentTarget;
    const wasEscaped = tabLeaves.current;
    tabLeaves.current = event.key === "Escape" || (wasEscaped && event.key === "Shift");
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) run(false);
    else if (event.key === "Enter" && event.altKey && canRunInBackground) run(true);
    else if (event.key === "Tab" && !event.shiftKey && !wasEscaped) {
      onCode(code.slice(0, selectionStart) + indentation + code.slice(selectionEnd));
      const at = selectionStart + indentation.length;
      requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
    } else if (event.key === "ArrowUp" && !code.slice(0, selectionStart).includes("\n")) recall(1);
    else if (
      event.key === "ArrowDown" &&
      recalled.current > 0 &&
      !code.slice(selectionEnd).includes("\n")
    )
      recall(-1);
    else if (event.key === "c" && event.ctrlKey && selectionStart === selectionEnd && isBusy)
      onInterrupt();
    else return;
    event.preventDefault();
  };
  return (
    <div class="write">
      <textarea
        ref={field}
        value={code}
        rows={Math.min(20, Math.max(2, code.split("\n").length))}
        aria-label="Code"
        placeholder={runtime === "bash" ? "ls -l" : "1 + 1"}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        onInput={(event) => onCode(event.currentTarget.value)}
        onKeyDown={press}
      />
      <div class="keys">
        <span>
          <kbd>Shift</kbd> <kbd>Enter</kbd> runs, <kbd>↑</kbd> recalls
        </span>
        {canRunInBackground ? (
          <button title="Alt+Enter" onClick={() => run(true)}>
            Run in background
          </button>
        ) : null}
        <button class="primary" onClick={() => run(false)}>
          Run
        </button>
      </div>
    </div>
  );
}
