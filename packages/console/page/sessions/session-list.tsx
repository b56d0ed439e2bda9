import { signal } from "@preact/signals";
import { now } from "../parts/clock.ts";
import { age, bytes, shortId } from "../parts/format.ts";
import { Icon } from "../parts/icon.tsx";
import { current, select } from "../workspace.ts";
import { type Branch, forestOf } from "./session-forest.ts";
import { isReady, memory, sessions } from "./sessions-store.ts";

const wanted = signal("");

/** The sessions with how they are, forks under what they were forked from. */
export function SessionList({ onSelect }: { readonly onSelect: () => void }) {
  const forest = forestOf(sessions.value, wanted.value);
  const total = sessions.value.length;
  return (
    <>
      <label class="search">
        <Icon name="search" />
        <input
          id="session-search"
          type="search"
          placeholder="Find a session"
          aria-label="Find a session"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
      </label>
      <nav aria-label="Sessions" class="sessions">
        <ul>
          {forest.map((branch) => (
            <Entry key={branch.session.id} branch={branch} onSelect={onSelect} />
          ))}
        </ul>
        {isReady.value && total === 0 ? <p class="note">No sessions yet.</p> : null}
        {total > 0 && forest.length === 0 ? <p class="note">None is called that.</p> : null}
      </nav>
    </>
  );
}

function Entry({ branch, onSelect }: { readonly branch: Branch; readonly onSelect: () => void }) {
  const { session, depth, isContext } = branch;
  const { id, runtime, state, createdAt } = session;
  const used = memory.value.get(id);
  return (
    <li style={{ "--depth": Math.min(depth, 6) }} class={depth > 0 ? "fork" : ""}>
      <button
        class={isContext ? "session context" : "session"}
        aria-current={id === current.value ? "page" : undefined}
        title={`${id} · ${state}`}
        onClick={() => {
          select(id);
          onSelect();
        }}
      >
        <span class={`dot ${state}`} role="img" aria-label={state} />
        <span class="name">
          <span class="id">{shortId(id)}</span>
          <span class="about">
            {[
              runtime,
              state === "idle" ? "" : state,
              used === undefined ? "" : bytes(used),
              age(createdAt, now.value),
            ]
              .filter((one) => one !== "")
              .join(" · ")}
          </span>
        </span>
      </button>
    </li>
  );
}
