import { isDrawerOpen, isHelpOpen, isStarting } from "./overlays.ts";
import { Brand } from "./parts/brand.tsx";
import { Icon } from "./parts/icon.tsx";
import { switchTheme, theme } from "./parts/theme.ts";
import { NewSession } from "./sessions/new-session.tsx";
import { PoolGauges } from "./sessions/pool-gauges.tsx";
import { SessionList } from "./sessions/session-list.tsx";

/** The sessions, and what concerns all of them. */
export function Sidebar() {
  const other = theme.value === "dark" ? "light" : "dark";
  const close = () => (isDrawerOpen.value = false);
  return (
    <aside class={isDrawerOpen.value ? "sidebar open" : "sidebar"} aria-label="Sessions">
      <header>
        <Brand />
        <button class="ghost narrow" aria-label="Close sessions" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <button class="primary new" onClick={() => (isStarting.value = true)}>
        <Icon name="add" /> New session
      </button>
      <SessionList onSelect={close} />
      <PoolGauges />
      <footer>
        <a href="/docs" target="_blank" rel="noreferrer">
          HTTP reference
        </a>
        <button
          class="ghost"
          aria-label="Keyboard shortcuts"
          title="Shortcuts (?)"
          onClick={() => (isHelpOpen.value = true)}
        >
          ?
        </button>
        <button
          class="ghost"
          aria-label={`Use the ${other} theme`}
          title={`Use the ${other} theme`}
          onClick={switchTheme}
        >
          <Icon name={other === "dark" ? "moon" : "sun"} />
        </button>
      </footer>
      {isStarting.value ? (
        <NewSession
          onClose={() => {
            isStarting.value = false;
            close();
          }}
        />
      ) : null}
    </aside>
  );
}
