import { computed, effect, signal } from "@preact/signals";
import { call, needsToken, post, sessionPath } from "./http/api.ts";
import type { CheckpointView, PageView, RuntimeView, SessionView } from "./http/views.ts";
import { Notebook } from "./notebook/notebook.ts";
import { variablesChanged } from "./panels/variables-store.ts";
import { attempt, notice } from "./parts/notices.ts";
import { isReady, refreshSessions, runtimes, sessions } from "./sessions/sessions-store.ts";

const refreshMs = 2_000;

export type PanelName = "variables" | "checkpoints" | "files";

/** The session that is shown, and what beside it. */
export const current = signal<string | null>(location.hash.slice(1) || null);
export const panel = signal<PanelName | null>(null);

export const session = computed(() => sessions.value.find(({ id }) => id === current.value));
export const runtime = computed<RuntimeView | undefined>(() =>
  runtimes.value.find(({ name }) => name === session.value?.runtime),
);

const notebooks = new Map<string, Notebook>();

/** The notebook of the session that is shown. */
export const notebook = computed(() => {
  const { id, createdAt } = session.value ?? {};
  if (id === undefined) return null;
  const kept = notebooks.get(id);
  if (kept !== undefined && kept.session.createdAt === createdAt) return kept;
  const opened = new Notebook(session.peek() as SessionView, {
    onMilestone: (run) => {
      if (run.end !== null && current.peek() === id) variablesChanged(run.end.changes);
      void refresh();
    },
  });
  notebooks.set(id, opened);
  return opened;
});

/** Reads how everything stands. */
export async function refresh(): Promise<void> {
  await refreshSessions(current.peek());
  const shown = session.peek();
  if (isReady.peek() && shown === undefined && current.peek() !== null) current.value = null;
  if (shown !== undefined)
    await notebook
      .peek()
      ?.sync(shown)
      .catch(() => {});
}

/** Keeps the page up to date for as long as it is open. */
export function keepFresh(): void {
  let shown: Notebook | null = null;
  effect(() => {
    const book = notebook.value;
    const features = runtime.value?.features ?? [];
    if (book !== null) book.tracksChanges = features.includes("changes");
    if (book === shown) return;
    shown?.deactivate();
    shown = book;
    book?.activate();
    void refresh();
  });
  effect(() => {
    const id = current.value;
    history.replaceState(null, "", id === null ? location.pathname : `#${id}`);
  });
  window.addEventListener("hashchange", () => select(location.hash.slice(1) || null));
  window.addEventListener("pagehide", () => notebook.peek()?.save());
  const look = () => {
    if (document.visibilityState === "visible" && !needsToken.peek()) void refresh();
  };
  document.addEventListener("visibilitychange", look);
  setInterval(look, refreshMs);
  look();
}

export function select(id: string | null): void {
  current.value = id;
  notice.value = null;
}

/** What a session is started with. */
export interface StartOptions {
  readonly runtime: string;
  readonly id?: string;
  readonly cwd?: string;
  /** The checkpoint whose state it has. */
  readonly restore?: string;
}

/** Starts a session and shows it. @throws ApiError */
export async function start(options: StartOptions): Promise<void> {
  show(await post<SessionView>("/v1/sessions", options));
}

/** Makes a session with the whole state of another one and shows it. */
export async function fork(id: string): Promise<void> {
  await attempt(async () => {
    const { items } = await post<PageView<SessionView>>(sessionPath(id, "/fork"), {});
    if (items[0] !== undefined) show(items[0]);
  });
}

function show(made: SessionView): void {
  sessions.value = [...sessions.peek().filter(({ id }) => id !== made.id), made];
  select(made.id);
}

export async function remove(id: string): Promise<void> {
  await attempt(() => call(sessionPath(id), { method: "DELETE" }));
  await refresh();
}

/** A fresh worker. `reset` takes what is shown away, too. */
export async function renew(id: string, action: "restart" | "reset"): Promise<void> {
  const book = notebooks.get(id);
  await attempt(() => post(sessionPath(id, `/${action}`)));
  if (action === "reset") book?.clear();
  variablesChanged(null);
  await refresh();
}

/** Puts the state of a checkpoint in place of the session's. */
export async function restore(id: string, { id: checkpointId }: CheckpointView): Promise<boolean> {
  const done = await attempt(() => post(sessionPath(id, "/restore"), { checkpointId }));
  variablesChanged(null);
  await refresh();
  return done !== undefined;
}
