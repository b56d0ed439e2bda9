import { useEffect, useMemo, useState } from "preact/hooks";
import { Notebook } from "./notebook.ts";
import { SessionPage } from "./session-page.tsx";
import { Sidebar } from "./sidebar.tsx";
import { TokenForm } from "./token-form.tsx";

const refreshMs = 2_000;

/** The console: runtimes and sessions at the side, the cells of one session in the middle. */
export function App() {
  const [, setState] = useState<object>({});
  const notebook = useMemo(() => new Notebook(location.hash.slice(1) || null, setState), []);
  const { state } = notebook;
  const { current, sessions, problem } = state;
  useEffect(() => {
    void notebook.load();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !notebook.state.needsToken)
        void notebook.refresh();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [notebook]);
  useEffect(() => {
    history.replaceState(null, "", current === null ? location.pathname : `#${current}`);
  }, [current]);
  if (state.needsToken) return <TokenForm onToken={() => void notebook.load()} />;
  const session = sessions.find(({ id }) => id === current);
  return (
    <div class="page">
      <Sidebar state={state} notebook={notebook} />
      <main>
        {problem === null ? null : (
          <div class="problem" role="alert">
            {problem}
          </div>
        )}
        {session === undefined ? (
          <Empty isReady={state.isReady} />
        ) : (
          <SessionPage
            key={session.id}
            session={session}
            runtime={state.runtimes.find(({ name }) => name === session.runtime)}
            cells={state.cells[session.id] ?? []}
            notebook={notebook}
          />
        )}
      </main>
    </div>
  );
}

function Empty({ isReady }: { readonly isReady: boolean }) {
  if (!isReady) return null;
  return (
    <div class="empty">
      <p>Start a session at the side, and run something in it.</p>
      <p>It keeps what you define until you delete it, and others can join it over HTTP.</p>
    </div>
  );
}
