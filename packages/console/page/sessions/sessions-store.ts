import { signal } from "@preact/signals";
import { ApiError, get, needsToken, sessionPath } from "../http/api.ts";
import type { PageView, PoolView, ResourcesView, RuntimeView, SessionView } from "../http/views.ts";
import { forgetLayouts } from "../notebook/layout-storage.ts";
import { isOffline, tell } from "../parts/notices.ts";

const mostSessions = 1_000;
const mostAtOnce = 4;

/** The sessions, and what the server can start and holds ready. Read again and again by {@link refreshSessions}. */
export const sessions = signal<readonly SessionView[]>([]);
export const runtimes = signal<readonly RuntimeView[]>([]);
export const pool = signal<PoolView | null>(null);
/** Memory by session, in bytes, where it was asked for. */
export const memory = signal<ReadonlyMap<string, number>>(new Map());
/** Whether the server has answered once. */
export const isReady = signal(false);

let hasPool = true;
let turn = 0;
let running: Promise<void> | null = null;
let next: Promise<void> | null = null;

/**
 * Reads everything that changes by itself. Calls while one is on its way share the one behind it: what is answered is
 * never older than what was answered before.
 */
export function refreshSessions(current: string | null): Promise<void> {
  if (running === null) {
    running = refresh(current).finally(() => (running = null));
    return running;
  }
  next ??= running.then(() => {
    next = null;
    return refreshSessions(current);
  });
  return next;
}

async function refresh(current: string | null): Promise<void> {
  try {
    if (runtimes.value.length === 0)
      runtimes.value = (await get<PageView<RuntimeView>>("/v1/runtimes")).items;
    const page = await get<PageView<SessionView>>(`/v1/sessions?limit=${mostSessions}`);
    if (JSON.stringify(page.items) !== JSON.stringify(sessions.peek())) sessions.value = page.items;
    if (!isReady.value && page.nextCursor === null) forgetLayouts(page.items);
    isReady.value = true;
    isOffline.value = false;
  } catch (error) {
    if (!needsToken.value) tell(error);
  }
  void refreshGauges(current).catch(() => {});
}

/** Memory of the session that is shown, of a few that it was not asked of, and else of the others in turn: it costs. */
async function refreshGauges(current: string | null): Promise<void> {
  if (hasPool) {
    try {
      pool.value = await get<PoolView>("/v1/pool");
    } catch (error) {
      hasPool = !(error instanceof ApiError && error.status === 501);
    }
  }
  const live = sessions.peek().filter(({ pid }) => pid !== null);
  const unknown = live.filter(({ id }) => !memory.peek().has(id)).slice(0, mostAtOnce);
  const others = unknown.length > 0 ? unknown : [live[turn++ % Math.max(1, live.length)]];
  const asked = new Set(
    [current, ...others.map((one) => one?.id)].filter((id) => live.some((one) => one.id === id)),
  );
  const read = await Promise.all(
    [...asked].map(async (id) => {
      const { memoryBytes } = await get<ResourcesView>(sessionPath(id ?? "", "/resources"));
      return [id ?? "", memoryBytes] as const;
    }),
  );
  const known = [...memory.peek()].filter(([id]) => live.some((one) => one.id === id));
  memory.value = new Map([...known, ...read]);
}
