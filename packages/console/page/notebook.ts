import {
  ApiError,
  type EventView,
  type ExecutionView,
  type RuntimeView,
  type SessionView,
  call,
  get,
  post,
} from "./api.ts";
import { type CellState, cellOf, newCell, withEvent } from "./cell-state.ts";
import { type Followed, follow } from "./follow.ts";
import { OutputText } from "./output-text.ts";

/** Everything that the page shows. Replaced as a whole, never changed. */
export interface NotebookState {
  readonly runtimes: readonly RuntimeView[];
  readonly sessions: readonly SessionView[];
  readonly current: string | null;
  /** By session, oldest first. */
  readonly cells: Readonly<Record<string, readonly CellState[]>>;
  /** What went wrong last, in a sentence. */
  readonly problem: string | null;
  /** Whether that was a server that did not answer. */
  readonly isOffline: boolean;
  readonly needsToken: boolean;
  readonly isReady: boolean;
}

const historyLimit = 50;

/**
 * The page's state and what can be done to it. Output arrives faster than a screen shows, so events are gathered and
 * `onChange` is called once a frame.
 */
export class Notebook {
  readonly #onChange: (state: NotebookState) => void;
  readonly #followed = new Set<string>();
  readonly #loading = new Map<string, Promise<void>>();
  #state: NotebookState;
  #isScheduled = false;

  constructor(current: string | null, onChange: (state: NotebookState) => void) {
    this.#onChange = onChange;
    this.#state = {
      runtimes: [],
      sessions: [],
      current,
      cells: {},
      problem: null,
      isOffline: false,
      needsToken: false,
      isReady: false,
    };
  }

  get state(): NotebookState {
    return this.#state;
  }

  /** Reads everything anew, as when the page opens. */
  load(): Promise<void> {
    return this.#guard(async () => {
      const { items } = await get<{ items: RuntimeView[] }>("/v1/runtimes");
      this.#set({ runtimes: items, needsToken: false });
      await this.#refresh();
    });
  }

  /** Reads the sessions, and what others ran in the one that is shown. */
  async refresh(): Promise<void> {
    try {
      await this.#refresh();
      if (this.#state.isOffline) this.#set({ problem: null, isOffline: false });
    } catch (error) {
      this.#fail(error);
    }
  }

  select(id: string | null): Promise<void> {
    this.#set({ current: id, problem: null });
    return this.refresh();
  }

  start(runtime: string): Promise<void> {
    return this.#guard(async () => {
      const made = (await (await post("/v1/sessions", { runtime })).json()) as SessionView;
      this.#set({ current: made.id, sessions: [...this.#state.sessions, made] });
    });
  }

  remove(id: string): Promise<void> {
    return this.#guard(async () => {
      await call(`/v1/sessions/${id}`, { method: "DELETE" });
      await this.#refresh();
    });
  }

  /** Runs code in a session and shows it as a cell. */
  run(session: string, code: string, isBackground: boolean): Promise<void> {
    const key = crypto.randomUUID();
    this.#setCells(session, (cells) => [...cells, newCell(key, code, isBackground)]);
    const request = { code, allowInput: true, ...(isBackground ? { background: true } : {}) };
    return this.#follow(key, { session, request });
  }

  /** Asks the server to do something to a session: interrupt, restart. */
  act(session: string, action: "interrupt" | "restart"): Promise<void> {
    return this.#guard(async () => {
      await post(`/v1/sessions/${session}/${action}`);
      await this.#refresh();
    });
  }

  /** Asks the server to do something to an execution. */
  actOn(session: string, executionId: string, action: "interrupt" | "kill"): Promise<void> {
    return this.#guard(() => post(`/v1/sessions/${session}/executions/${executionId}/${action}`));
  }

  /** Answers the question of a cell. */
  answer(session: string, { key, executionId, ask }: CellState, data: string): Promise<void> {
    return this.#guard(async () => {
      await post(`/v1/sessions/${session}/executions/${executionId}/input`, { data });
      this.#setCell(session, key, (cell) =>
        cell.ask?.seq === ask?.seq ? { ...cell, ask: null } : cell,
      );
    });
  }

  async #refresh(): Promise<void> {
    const { items } = await get<{ items: SessionView[] }>("/v1/sessions?limit=1000");
    const { current, cells } = this.#state;
    const isGone = current !== null && !items.some(({ id }) => id === current);
    this.#set({ sessions: items, isReady: true, ...(isGone ? { current: null } : {}) });
    const shown = items.find(({ id }) => id === this.#state.current);
    if (shown === undefined) return;
    const known = cells[shown.id];
    const isSending = known?.some(
      ({ executionId, problem }) => executionId === null && problem === null,
    );
    if (
      isSending !== true &&
      (known === undefined || known.length < Math.min(shown.executionCount, historyLimit))
    )
      await this.#loadCells(shown.id);
  }

  #loadCells(session: string): Promise<void> {
    const loading = this.#loading.get(session) ?? this.#readCells(session);
    this.#loading.set(session, loading);
    return loading.finally(() => this.#loading.delete(session));
  }

  async #readCells(session: string): Promise<void> {
    const { items } = await get<{ items: ExecutionView[] }>(
      `/v1/sessions/${session}/executions?limit=${historyLimit}`,
    );
    this.#setCells(session, (cells) => {
      const known = new Map(cells.map((cell) => [cell.executionId ?? cell.key, cell]));
      const listed = items.map((item) => known.get(item.id) ?? cellOf(item));
      const ids = new Set(items.map(({ id }) => id));
      return [...listed, ...cells.filter(({ executionId, key }) => !ids.has(executionId ?? key))];
    });
    for (const { id, executionId, isDone } of this.#cells(session).map((cell) => ({
      id: cell.key,
      executionId: cell.executionId,
      isDone: cell.end !== null,
    }))) {
      if (executionId === null || isDone || this.#followed.has(id)) continue;
      const following = this.#follow(id, { session, executionId });
      // What has ended is read at once, one after the other; what runs goes on beside.
      if (items.some((one) => one.id === executionId && hasEnded(one.status))) await following;
    }
  }

  async #follow(key: string, what: Followed): Promise<void> {
    const { session } = what;
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    const text = new OutputText();
    try {
      for await (const event of follow(what)) {
        this.#setCell(session, key, (cell) => withEvent(cell, event, text.of(event)));
        if ("request" in what && isMilestone(event)) void this.refresh();
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#setCell(session, key, (cell) => ({ ...cell, problem, ask: null }));
      if (error instanceof ApiError && error.status === 401) this.#set({ needsToken: true });
    } finally {
      this.#followed.delete(key);
    }
  }

  #cells(session: string): readonly CellState[] {
    return this.#state.cells[session] ?? [];
  }

  #setCells(session: string, change: (cells: readonly CellState[]) => readonly CellState[]): void {
    this.#set({ cells: { ...this.#state.cells, [session]: change(this.#cells(session)) } });
  }

  #setCell(session: string, key: string, change: (cell: CellState) => CellState): void {
    this.#setCells(session, (cells) =>
      cells.map((cell) => (cell.key === key ? change(cell) : cell)),
    );
  }

  #set(changes: Partial<NotebookState>): void {
    this.#state = { ...this.#state, ...changes };
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const tell = () => {
      this.#isScheduled = false;
      this.#onChange(this.#state);
    };
    // A page that is not seen has no frames.
    if (document.visibilityState === "visible") requestAnimationFrame(tell);
    else setTimeout(tell, 100);
  }

  /** Shows what went wrong, until the next thing that is done goes right. */
  async #guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (this.#state.problem !== null) this.#set({ problem: null, isOffline: false });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) this.#set({ needsToken: true });
    else if (error instanceof ApiError) this.#set({ problem: error.message });
    else this.#set({ problem: "The server does not answer.", isOffline: true });
  }
}

function hasEnded(status: string): boolean {
  return status !== "queued" && status !== "running";
}

function isMilestone({ type }: EventView): boolean {
  return type === "started" || type === "completed";
}
