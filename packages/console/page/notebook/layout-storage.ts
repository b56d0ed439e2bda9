import type { SessionView } from "../http/views.ts";
import type { Layout } from "./cells.ts";

const prefix = "holdfast-notebook:";

/** The layout that was kept of a session's notebook. An id that was given again is another session. */
export function readLayout(session: SessionView): Layout | null {
  try {
    const text = localStorage.getItem(keyOf(session));
    return text === null ? null : (JSON.parse(text) as Layout);
  } catch {
    return null;
  }
}

/** Keeps one. A storage that is full or refused costs the layout, not the work. */
export function writeLayout(session: SessionView, layout: Layout): void {
  try {
    localStorage.setItem(keyOf(session), JSON.stringify(layout));
  } catch {
    localStorage.removeItem(keyOf(session));
  }
}

/** Forgets the layouts of all other sessions. */
export function forgetLayouts(sessions: readonly SessionView[]): void {
  const kept = new Set(sessions.map(keyOf));
  for (const key of Object.keys(localStorage))
    if (key.startsWith(prefix) && !kept.has(key)) localStorage.removeItem(key);
}

function keyOf({ id, createdAt }: SessionView): string {
  return `${prefix}${id}:${createdAt}`;
}
