import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ansiSpans } from "./ansi.ts";
import type { CellState, Output } from "./cell-state.ts";
import { Rich } from "./rich.tsx";

/** What can be done to a cell. */
export interface CellActions {
  readonly onInterrupt: () => void;
  readonly onKill: () => void;
  readonly onAnswer: (data: string) => void;
  readonly onReuse: () => void;
}

/** A cell: what was run, what came of it, and how it ended. */
export function Cell({ cell, ...actions }: CellActions & { readonly cell: CellState }) {
  const { code, outputs, status, ask, problem } = cell;
  const isRunning = status === "running" && problem === null;
  return (
    <article class="cell" data-status={status} data-execution={cell.executionId}>
      <div class="code">
        <pre>{code}</pre>
        <button
          class="quiet"
          title="Edit and run it again"
          aria-label="Reuse"
          onClick={actions.onReuse}
        >
          Reuse
        </button>
      </div>
      <div class="output" aria-live="polite">
        {outputs.map((output, index) => (
          <Piece key={index} output={output} />
        ))}
      </div>
      {ask === null ? null : (
        <Ask
          key={ask.seq}
          prompt={ask.prompt}
          isPassword={ask.isPassword}
          onAnswer={actions.onAnswer}
        />
      )}
      <footer>
        <span class={`status ${status}`}>{status}</span>
        <span class="grow">{isRunning ? <Elapsed since={cell.startedAt} /> : endOf(cell)}</span>
        {cell.isBackground ? <span>background</span> : null}
        {isRunning ? (
          <>
            <button class="quiet" onClick={actions.onInterrupt}>
              Interrupt
            </button>
            <button class="quiet" onClick={actions.onKill}>
              Kill
            </button>
          </>
        ) : null}
      </footer>
    </article>
  );
}

function Piece({ output }: { readonly output: Output }) {
  switch (output.kind) {
    case "rich":
      return <Rich mime={output.mime} />;
    case "note":
      return <p class="note">{output.text}</p>;
    case "result":
      return <pre class="result">{output.text}</pre>;
    case "error":
      return <Terminal kind="stderr" text={output.text} isCut={false} />;
    case "stdout":
    case "stderr":
      return <Terminal {...output} />;
    default:
      return output satisfies never;
  }
}

function Terminal(props: {
  readonly kind: "stdout" | "stderr";
  readonly text: string;
  readonly isCut: boolean;
}) {
  const { kind, text, isCut } = props;
  const spans = useMemo(() => ansiSpans(text.replace(/\n$/, "")), [text]);
  return (
    <>
      {isCut ? <p class="note">earlier output is not shown</p> : null}
      <pre class={kind}>
        {spans.map((span, index) =>
          span.style === "" ? (
            span.text
          ) : (
            <span key={index} style={span.style}>
              {span.text}
            </span>
          ),
        )}
      </pre>
    </>
  );
}

function Ask(props: {
  readonly prompt: string;
  readonly isPassword: boolean;
  readonly onAnswer: (data: string) => void;
}) {
  const { prompt, isPassword, onAnswer } = props;
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const answer = (event: Event) => {
    event.preventDefault();
    onAnswer(text);
  };
  return (
    <form class="ask" onSubmit={answer}>
      <label>
        <span>{prompt.trim() === "" ? "Input" : prompt}</span>
        <input
          ref={input}
          {...(isPassword ? { type: "password" as const } : {})}
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button class="primary">Send</button>
    </form>
  );
}

function Elapsed({ since }: { readonly since: number | null }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return since === null ? null : <>{`${Math.max(0, Math.round((now - since) / 1_000))} s`}</>;
}

function endOf({ end, problem }: CellState): string {
  if (problem !== null) return problem;
  if (end === null) return "";
  const how =
    end.signal !== null
      ? `ended by ${end.signal}`
      : end.exitCode !== null && end.exitCode !== 0
        ? `exit code ${end.exitCode}`
        : "";
  const state = end.sessionState === "lost" ? "the session's state is lost" : "";
  return [how, state, duration(end.durationMs)].filter((one) => one !== "").join(" · ");
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}
