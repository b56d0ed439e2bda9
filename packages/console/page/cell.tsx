import { useState } from "preact/hooks";
import { ansiSpans } from "./ansi.ts";
import { call } from "./api.ts";

/** One piece of what a cell shows, in order. */
export type Output =
  | { readonly kind: "stdout" | "stderr" | "result" | "error" | "note"; readonly text: string }
  | { readonly kind: "rich"; readonly mime: Readonly<Record<string, string>> };

export interface CellState {
  readonly key: string;
  readonly session: string;
  readonly executionId: string | null;
  readonly code: string | null;
  readonly outputs: readonly Output[];
  readonly status: string;
  readonly footer: string;
  readonly ask: { readonly prompt: string; readonly isPassword: boolean } | null;
}

/** A cell: what was run, what came of it, and how it ended. */
export function Cell({ cell }: { readonly cell: CellState }) {
  return (
    <article class="cell" data-status={cell.status}>
      {cell.code === null ? null : <pre class="code">{cell.code}</pre>}
      <div class="output">
        {cell.outputs.map((output, index) => (
          <Piece key={index} output={output} />
        ))}
      </div>
      {cell.ask === null ? null : (
        <Ask cell={cell} prompt={cell.ask.prompt} isPassword={cell.ask.isPassword} />
      )}
      <footer>
        <span class={cell.status}>{cell.status}</span>
        <span class="grow">{cell.footer}</span>
        {cell.status === "running" && cell.executionId !== null ? (
          <button onClick={() => void call(`${pathOf(cell)}/interrupt`, "POST")}>Interrupt</button>
        ) : null}
      </footer>
    </article>
  );
}

function Piece({ output }: { readonly output: Output }) {
  if (output.kind === "rich") return <Rich mime={output.mime} />;
  return (
    <pre class={output.kind === "error" ? "stderr" : output.kind}>
      {ansiSpans(output.text).map(({ text, style }, index) =>
        style === "" ? (
          text
        ) : (
          <span key={index} style={style}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}

/** The richest form that can be shown without running anything of it. */
function Rich({ mime }: { readonly mime: Readonly<Record<string, string>> }) {
  for (const type of ["image/png", "image/jpeg"]) {
    const data = mime[type];
    if (data !== undefined) return <img alt="output" src={`data:${type};base64,${data}`} />;
  }
  const svg = mime["image/svg+xml"];
  if (svg !== undefined)
    return <img alt="output" src={`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`} />;
  const html = mime["text/html"];
  if (html !== undefined) return <iframe title="output" sandbox="" srcDoc={html} />;
  return <pre>{mime["text/plain"] ?? "(output of a kind that cannot be shown)"}</pre>;
}

function Ask(props: {
  readonly cell: CellState;
  readonly prompt: string;
  readonly isPassword: boolean;
}) {
  const { cell, prompt, isPassword } = props;
  const [text, setText] = useState("");
  const answer = (event: Event) => {
    event.preventDefault();
    void call(`${pathOf(cell)}/input`, "POST", { data: text });
    setText("");
  };
  return (
    <form class="ask" onSubmit={answer}>
      <label for={`ask-${cell.key}`}>{prompt || "Input"}</label>
      <input
        id={`ask-${cell.key}`}
        {...(isPassword ? { type: "password" as const } : {})}
        value={text}
        autofocus
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button>Send</button>
    </form>
  );
}

function pathOf({ session, executionId }: CellState): string {
  return `/v1/sessions/${session}/executions/${executionId}`;
}
