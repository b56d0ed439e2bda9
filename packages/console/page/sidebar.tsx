import type { Notebook, NotebookState } from "./notebook.ts";

/** The runtimes to start a session of, and the sessions that there are. */
export function Sidebar(props: { readonly state: NotebookState; readonly notebook: Notebook }) {
  const { state, notebook } = props;
  const { runtimes, sessions, current, isReady } = state;
  return (
    <aside>
      <h1>
        Holdfast<small>sessions that keep their state</small>
      </h1>
      <div class="runtimes">
        {runtimes.map(({ name, available, version, reason, install }) => (
          <button
            key={name}
            class="primary"
            disabled={!available}
            title={available ? `${name} ${version ?? ""}` : `${reason ?? ""}. ${install ?? ""}`}
            onClick={() => void notebook.start(name)}
          >
            {`New ${name} session`}
          </button>
        ))}
      </div>
      <h2>Sessions</h2>
      <nav>
        {sessions.map(({ id, runtime, state: status }) => (
          <button
            key={id}
            class="session"
            aria-current={id === current}
            title={`${id}: ${status}`}
            onClick={() => void notebook.select(id)}
          >
            <span class={`dot ${status}`} />
            <span class="name">
              {runtime} <small>{id.slice(0, 8)}</small>
            </span>
          </button>
        ))}
      </nav>
      {isReady && sessions.length === 0 ? <p class="note">None yet.</p> : null}
      <footer>
        <a href="/docs" target="_blank">
          HTTP reference
        </a>
      </footer>
    </aside>
  );
}
