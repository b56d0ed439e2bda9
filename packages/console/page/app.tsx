import { needsToken } from "./http/api.ts";
import { NotebookView } from "./notebook/notebook-view.tsx";
import { isDrawerOpen } from "./overlays.ts";
import { CheckpointsPanel } from "./panels/checkpoints-panel.tsx";
import { FilesPanel } from "./panels/files-panel.tsx";
import { VariablesPanel } from "./panels/variables-panel.tsx";
import { Confirmation } from "./parts/dialog.tsx";
import { Icon } from "./parts/icon.tsx";
import { isOffline, notice } from "./parts/notices.ts";
import { SessionBar } from "./session-bar.tsx";
import { TokenForm } from "./sessions/token-form.tsx";
import { isReady } from "./sessions/sessions-store.ts";
import { Shortcuts } from "./shortcuts.tsx";
import { Sidebar } from "./sidebar.tsx";
import { Welcome } from "./welcome.tsx";
import { notebook, panel, refresh, runtime, session } from "./workspace.ts";

/** The console: sessions at the side, the notebook of one in the middle, a panel beside it. */
export function App() {
  if (needsToken.value) return <TokenForm onToken={() => void refresh()} />;
  const shown = session.value;
  const book = notebook.value;
  return (
    <div class="page">
      <Sidebar />
      {isDrawerOpen.value ? (
        <div class="shade" onClick={() => (isDrawerOpen.value = false)} />
      ) : null}
      <main>
        <Notice />
        {shown === undefined || book === null ? (
          isReady.value ? (
            <Welcome />
          ) : null
        ) : (
          <>
            <SessionBar session={shown} runtime={runtime.value} notebook={book} />
            <div class="desk">
              <NotebookView
                key={`${shown.id} ${shown.createdAt}`}
                notebook={book}
                runtime={runtime.value}
              />
              {panel.value === "variables" ? <VariablesPanel session={shown} /> : null}
              {panel.value === "files" ? <FilesPanel session={shown} /> : null}
              {panel.value === "checkpoints" ? <CheckpointsPanel session={shown} /> : null}
            </div>
          </>
        )}
      </main>
      <Shortcuts />
      <Confirmation />
    </div>
  );
}

function Notice() {
  const text = isOffline.value
    ? "The server does not answer. What you see goes on when it does."
    : notice.value;
  if (text === null) return null;
  return (
    <div class="notice" role="alert">
      <span>{text}</span>
      {isOffline.value ? null : (
        <button class="ghost" aria-label="Dismiss" onClick={() => (notice.value = null)}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
