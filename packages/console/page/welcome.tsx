import { Icon } from "./parts/icon.tsx";
import { attempt } from "./parts/notices.ts";
import { runtimes, sessions } from "./sessions/sessions-store.ts";
import { isDrawerOpen } from "./overlays.ts";
import { start } from "./workspace.ts";

/** What is shown while no session is: how to begin. */
export function Welcome() {
  return (
    <div class="welcome">
      <button
        class="ghost narrow"
        aria-label="Show sessions"
        aria-expanded={isDrawerOpen.value}
        onClick={() => (isDrawerOpen.value = true)}
      >
        <Icon name="menu" />
      </button>
      <div>
        <h1>
          {sessions.value.length === 0 ? "Start a session" : "Choose a session, or start one"}
        </h1>
        <p>It keeps what you define until you delete it. Others can join it over HTTP.</p>
        <div class="starts">
          {runtimes.value.map(({ name, available, version, reason, install }) => (
            <button
              key={name}
              disabled={!available}
              onClick={() => void attempt(() => start({ runtime: name }))}
            >
              <strong>{name}</strong>
              <small>
                {available ? version : [reason, install].filter((one) => one !== null).join(". ")}
              </small>
            </button>
          ))}
        </div>
        <p class="hint">
          Press <kbd>?</kbd> for the keys.
        </p>
      </div>
    </div>
  );
}
