import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RuntimeView, SessionView } from "./api.ts";
import { Cell } from "./cell.tsx";
import type { CellState } from "./cell-state.ts";
import { Composer } from "./composer.tsx";
import type { Notebook } from "./notebook.ts";

// How near to its end a page is when it follows what comes.
const nearPx = 120;

/** One session: how it is, its cells, and where the next one is written. */
export function SessionPage(props: {
  readonly session: SessionView;
  readonly runtime: RuntimeView | undefined;
  readonly cells: readonly CellState[];
  readonly notebook: Notebook;
}) {
  const { session, runtime, cells, notebook } = props;
  const { id } = session;
  const [code, setCode] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const scrolled = () => {
      const { scrollHeight } = document.documentElement;
      isAtEnd.current = window.scrollY + window.innerHeight >= scrollHeight - nearPx;
    };
    window.addEventListener("scroll", scrolled);
    return () => window.removeEventListener("scroll", scrolled);
  }, []);
  useLayoutEffect(() => {
    if (isAtEnd.current) window.scrollTo(0, document.documentElement.scrollHeight);
  }, [cells]);
  const run = (isBackground: boolean) => {
    if (code.trim() === "") return;
    isAtEnd.current = true;
    void notebook.run(id, code, isBackground);
    setCode("");
    field.current?.focus();
  };
  const isBusy = session.state === "busy";
  return (
    <>
      <header class="bar">
        <div class="title">
          <span class={`dot ${session.state}`} />
          <strong>{session.runtime}</strong>
          <small title={id}>{aboutSession(session, runtime)}</small>
        </div>
        <button disabled={!isBusy} onClick={() => void notebook.act(id, "interrupt")}>
          Interrupt
        </button>
        <button
          title="A fresh worker: the state is gone"
          onClick={() => void notebook.act(id, "restart")}
        >
          Restart
        </button>
        <button class="bad" onClick={() => void notebook.remove(id)}>
          Delete
        </button>
      </header>
      {cells.map((cell) => (
        <Cell
          key={cell.key}
          cell={cell}
          onInterrupt={() => void notebook.actOn(id, cell.executionId ?? "", "interrupt")}
          onKill={() => void notebook.actOn(id, cell.executionId ?? "", "kill")}
          onAnswer={(data) => void notebook.answer(id, cell, data)}
          onReuse={() => {
            setCode(cell.code);
            field.current?.focus();
          }}
        />
      ))}
      <Composer
        code={code}
        runtime={session.runtime}
        history={cells.map((cell) => cell.code)}
        canRunInBackground={runtime?.features.includes("background") === true}
        isBusy={isBusy}
        field={field}
        onCode={setCode}
        onRun={run}
        onInterrupt={() => void notebook.act(id, "interrupt")}
      />
    </>
  );
}

function aboutSession({ id, state, pid, restarts }: SessionView, runtime: RuntimeView | undefined) {
  return [
    runtime?.version ?? "",
    id.slice(0, 8),
    state,
    pid === null ? "" : `pid ${pid}`,
    restarts === 0 ? "" : `restarted ${restarts === 1 ? "once" : `${restarts} times`}`,
  ]
    .filter((one) => one !== "")
    .join(" · ");
}
