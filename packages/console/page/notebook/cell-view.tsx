import { useRef, useState } from "preact/hooks";
import type { Assistant } from "../editor/assistance.ts";
import { Editor } from "../editor/editor.tsx";
import { Piece } from "../output/piece.tsx";
import { Icon } from "../parts/icon.tsx";
import { memo } from "../parts/memo.ts";
import { Menu } from "../parts/menu.tsx";
import { Ask, StandardInput } from "./ask.tsx";
import { cellKey } from "./cell-keys.ts";
import { CellStatus } from "./cell-status.tsx";
import type { Cell } from "./cells.ts";
import type { Notebook } from "./notebook.ts";
import { isOver } from "./run-state.ts";

const hasKeyboard = matchMedia("(hover: hover)").matches;

/** What a cell needs to know of its surroundings. */
export interface CellViewProps {
  readonly cell: Cell;
  readonly number: number;
  readonly isLast: boolean;
  readonly runtime: string;
  readonly features: readonly string[];
  readonly notebook: Notebook;
  readonly assistant: Assistant | null;
  /** The code that ran before, newest first. */
  readonly recall: (back: number) => string | null;
}

/** A cell: code in an editor, what came of it, and how it ended. */
export const CellView = memo(function CellView(props: CellViewProps) {
  const { cell, number, isLast, runtime, features, notebook, assistant } = props;
  const { key, code, run, isWaiting } = cell;
  const [isFeeding, feed] = useState(false);
  const commands = useCommands(props);
  const isRunning = run !== null && !isOver(run);
  const isPending = isRunning || isWaiting;
  const canFeed = isRunning && run.ask === null && runtime === "bash";
  const stop = () => void notebook.actOn(cell, "interrupt");
  return (
    <article
      class="cell"
      data-key={key}
      tabIndex={-1}
      aria-label={`Cell ${number}`}
      data-status={isWaiting ? "waiting" : (run?.status ?? "new")}
      onKeyDown={(event) => cellKey(event, cell, notebook)}
    >
      <div class="code">
        <button
          class="run"
          aria-label={isPending ? `Stop cell ${number}` : `Run cell ${number}`}
          title={isPending ? "Interrupt" : "Run (Shift+Enter)"}
          disabled={!isPending && code.trim() === ""}
          onClick={isPending ? stop : () => notebook.run(key)}
        >
          <Icon name={isPending ? "stop" : "run"} />
        </button>
        <Editor
          code={code}
          revision={cell.revision}
          runtime={runtime}
          label={`Code of cell ${number}`}
          hint={isLast ? hintOf(runtime) : ""}
          assistant={assistant}
          commands={commands}
          onChange={(text) => notebook.edit(key, text)}
        />
        <Menu
          label={`Cell ${number}: more`}
          icon="more"
          items={[
            ...(features.includes("background")
              ? [
                  {
                    label: "Run in background",
                    hint: "Alt+Enter",
                    onChoose: () => notebook.run(key, { isBackground: true }),
                  },
                ]
              : []),
            {
              label: "Insert above",
              hint: "A",
              onChoose: () => notebook.insert(key, "before"),
            },
            {
              label: "Insert below",
              hint: "B",
              onChoose: () => notebook.insert(key, "behind"),
            },
            { label: "Move up", hint: "Alt+↑", onChoose: () => notebook.move(key, -1) },
            { label: "Move down", hint: "Alt+↓", onChoose: () => notebook.move(key, 1) },
            {
              label: "Delete cell",
              hint: "Del",
              isDanger: true,
              onChoose: () => notebook.remove(key),
            },
          ]}
        />
      </div>
      {run === null || run.outputs.length === 0 ? null : (
        <div class="output" role="log" aria-label={`Output of cell ${number}`} tabIndex={0}>
          {run.outputs.map((output, index) => (
            <Piece key={index} output={output} />
          ))}
        </div>
      )}
      {run?.ask == null ? null : (
        <Ask
          key={run.ask.seq}
          prompt={run.ask.prompt}
          isPassword={run.ask.isPassword}
          onAnswer={(data) => void notebook.answer(cell, data)}
        />
      )}
      {canFeed && isFeeding ? (
        <StandardInput onFeed={(data, isEnd) => void notebook.feed(cell, data, isEnd)} />
      ) : null}
      {run === null && !isWaiting ? null : (
        <CellStatus
          cell={cell}
          onFeed={canFeed && !isFeeding ? () => feed(true) : null}
          onInterrupt={stop}
          onKill={() => void notebook.actOn(cell, "kill")}
        />
      )}
    </article>
  );
});

function hintOf(runtime: string): string {
  const what = runtime === "bash" ? "Type a command" : "Type code";
  return hasKeyboard ? `${what}, Shift+Enter runs it` : what;
}

function useCommands({ cell, isLast, features, notebook, recall }: CellViewProps) {
  const { key, code, run } = cell;
  /** How far back the recalled code lies; 0 is what is being written. */
  const back = useRef(0);
  return {
    onRun: () => notebook.run(key),
    onRunAndStep: () => {
      back.current = 0;
      notebook.run(key);
      notebook.step(key, 1, "editor");
    },
    onRunBeside: () => {
      if (features.includes("background")) {
        notebook.run(key, { isBackground: true });
        notebook.step(key, 1, "editor");
      } else {
        notebook.run(key);
        notebook.insert(key, "behind");
      }
    },
    onLeave: () => notebook.focus(key, "cell"),
    onInterrupt: () => {
      if (notebook.isBusy) void notebook.interrupt();
      return notebook.isBusy;
    },
    onStep: (by: -1 | 1) => {
      if (!isLast || run !== null || (code !== "" && back.current === 0)) {
        notebook.step(key, by, "editor");
        return true;
      }
      const text = back.current - by === 0 ? "" : recall(back.current - by);
      if (text === null || back.current - by < 0) return false;
      back.current -= by;
      notebook.replace(key, text);
      return true;
    },
  };
}
