import { type ReadonlySignal, signal } from "@preact/signals";
import { get, post, sessionPath } from "../http/api.ts";
import { type Followed, follow } from "../http/follow.ts";
import { startBeside } from "../http/start-beside.ts";
import { OutputText } from "../http/output-text.ts";
import type { ExecutionView, PageView, SessionView } from "../http/views.ts";
import { attempt, tell } from "../parts/notices.ts";
import { onceAFrame } from "../parts/once-a-frame.ts";
import {
  type Cell,
  cellsOf,
  isBlank,
  layoutOf,
  newCell,
  nextToRun,
  withChanged,
  withExecutions,
  withInserted,
  withMoved,
  withRoom,
  withoutWaiting,
} from "./cells.ts";
import { readLayout, writeLayout } from "./layout-storage.ts";
import { type RunState, isOver, newRun, withAnswer, withEvent } from "./run-state.ts";
import { StreamSlots } from "./stream-slots.ts";

const pageLimit = 50;

/** What a notebook tells and asks the rest of the page. */
export interface NotebookHooks {
  /** An execution began or ended. */
  readonly onMilestone: (run: RunState) => void;
}

/** How code is run. */
export interface RunOptions {
  readonly isBackground?: boolean;
}

/** The cells of one session and what can be done with them. */
export class Notebook {
  readonly session: SessionView;
  /** Whether executions are to tell which variables they changed. */
  tracksChanges = false;
  /** If what runs fails, the session's state is what it was before. */
  readonly isTransaction = signal(false);
  /** Where the focus is to go next. */
  readonly focusWanted = signal<{ readonly key: string; readonly part: "editor" | "cell" } | null>(
    null,
  );
  /** Whether there are executions before those that are shown. */
  readonly earlier = signal<string | null>(null);
  readonly isLoaded = signal(false);
  readonly #hooks: NotebookHooks;
  readonly #shown = signal<readonly Cell[]>([]);
  readonly #known: Set<string>;
  /** By cell, what is followed. */
  readonly #following = new Map<string, AbortController>();
  /** What was asked for before the server had the code: it must not get there first. */
  readonly #stopWhenAccepted = new Map<string, "interrupt" | "kill">();
  readonly #slots = new StreamSlots();
  #cells: readonly Cell[];
  #isActive = false;
  #countAtSync: number | null = null;
  #ownSinceSync = 0;
  #syncing: Promise<void> | null = null;
  readonly #show = onceAFrame(() => (this.#shown.value = this.#cells));

  constructor(session: SessionView, hooks: NotebookHooks) {
    this.session = session;
    this.#hooks = hooks;
    const layout = readLayout(session);
    this.#known = new Set(layout?.known);
    this.#cells = withRoom(layout === null ? [] : cellsOf(layout, newKey), newKey);
    this.#shown.value = this.#cells;
  }

  get cells(): ReadonlySignal<readonly Cell[]> {
    return this.#shown;
  }

  /** Whether something of it runs in the foreground or waits for that. */
  get isBusy(): boolean {
    // Read so that who shows it is told; what is shown may be a frame old.
    void this.#shown.value;
    return this.#cells.some(
      ({ run, isWaiting }) => isWaiting || (run !== null && !isOver(run) && !run.isBackground),
    );
  }

  /** The notebook is shown: what others run in its session is followed. */
  activate(): void {
    this.#isActive = true;
    this.#followAll();
  }

  /** A browser has few connections to one server: what is not seen is followed when it is seen again. */
  deactivate(): void {
    this.#isActive = false;
    if (this.#cells.some(({ isWaiting }) => isWaiting)) return;
    for (const { key, run } of this.#cells)
      if (run?.executionId != null) this.#following.get(key)?.abort();
  }

  /** Takes in how the session stands: what others ran in it is read. */
  async sync({ executionCount }: SessionView): Promise<void> {
    if (this.#countAtSync !== null && executionCount <= this.#countAtSync + this.#ownSinceSync)
      return;
    // An execution whose id is not known yet would be taken for somebody else's.
    if (this.#cells.some(({ run }) => run !== null && isSending(run))) return;
    this.#syncing ??= this.#sync(executionCount).finally(() => (this.#syncing = null));
    await this.#syncing;
  }

  async #sync(executionCount: number): Promise<void> {
    const news = executionCount - (this.#countAtSync ?? executionCount - pageLimit);
    const page = await this.#readPage(Math.min(pageLimit, Math.max(1, news)), "");
    if (this.#countAtSync === null) this.earlier.value = page.nextCursor;
    this.#countAtSync = executionCount;
    this.#ownSinceSync = 0;
    this.#take(page.items);
    this.isLoaded.value = true;
  }

  /** Shows executions before those that are shown. */
  async loadEarlier(): Promise<void> {
    const cursor = this.earlier.value;
    if (cursor === null) return;
    await attempt(async () => {
      const page = await this.#readPage(pageLimit, `&cursor=${encodeURIComponent(cursor)}`);
      this.earlier.value = page.nextCursor;
      const mine = new Set(this.#cells.map(({ key }) => key));
      const before = withExecutions([], page.items, mine);
      for (const { id } of page.items) this.#known.add(id);
      this.#set([...before, ...this.#cells]);
      this.#followAll();
    });
  }

  #readPage(limit: number, more: string): Promise<PageView<ExecutionView>> {
    return get(sessionPath(this.session.id, `/executions?limit=${limit}${more}`));
  }

  #take(executions: readonly ExecutionView[]): void {
    const cells = withExecutions(this.#cells, executions, this.#known);
    for (const { id } of executions) this.#known.add(id);
    this.#set(cells);
    this.#followAll();
  }

  /** Takes in what the user has written. */
  edit(key: string, code: string): void {
    this.#set(withChanged(this.#cells, key, (cell) => ({ ...cell, code })));
  }

  /** Puts other code in the place of what is written. */
  replace(key: string, code: string): void {
    this.#set(
      withChanged(this.#cells, key, (cell) => ({ ...cell, code, revision: cell.revision + 1 })),
    );
  }

  /** Adds an empty cell before or behind another one. */
  insert(beside: string, where: "before" | "behind"): void {
    const at = this.#cells.findIndex(({ key }) => key === beside) + (where === "behind" ? 1 : 0);
    const cell = newCell(newKey());
    this.#set(withInserted(this.#cells, at, cell));
    this.focus(cell.key, "editor");
  }

  move(key: string, by: number): void {
    this.#set(withMoved(this.#cells, key, by));
    this.focus(key, "cell");
  }

  remove(key: string): void {
    const at = this.#cells.findIndex((cell) => cell.key === key);
    this.#following.get(key)?.abort();
    this.#set(
      withRoom(
        this.#cells.filter((cell) => cell.key !== key),
        newKey,
      ),
    );
    const beside = this.#cells[Math.min(at, this.#cells.length - 1)];
    if (beside !== undefined) this.focus(beside.key, "cell");
    this.#runNext();
  }

  focus(key: string, part: "editor" | "cell"): void {
    this.focusWanted.value = { key, part };
  }

  /** Focuses the cell so many places further, if there is one. */
  step(key: string, by: number, part: "editor" | "cell"): void {
    const next = this.#cells[this.#cells.findIndex((cell) => cell.key === key) + by];
    if (next !== undefined) this.focus(next.key, part);
  }

  /** Takes all output away, and all that waits. */
  clear(): void {
    for (const following of this.#following.values()) following.abort();
    this.#set(this.#cells.map((cell) => ({ ...cell, run: null, isWaiting: false })));
  }

  /** Runs a cell when those before it are done. */
  run(key: string, { isBackground = false }: RunOptions = {}): void {
    const cell = this.#cells.find((one) => one.key === key);
    if (cell === undefined || cell.code.trim() === "" || isPending(cell)) return;
    this.#set(
      withRoom(
        withChanged(this.#cells, key, (one) => ({ ...one, isWaiting: !isBackground })),
        newKey,
      ),
    );
    if (isBackground) this.#start(cell, true);
    else this.#runNext();
  }

  runAll(): void {
    this.#set(
      this.#cells.map((cell) =>
        isBlank(cell) || isPending(cell) || cell.code.trim() === ""
          ? cell
          : { ...cell, isWaiting: true },
      ),
    );
    this.#runNext();
  }

  /** Stops what runs in the foreground, and what waits behind it. */
  async interrupt(): Promise<void> {
    this.#set(withoutWaiting(this.#cells));
    const sending = this.#cells.find(
      ({ run }) => run !== null && isSending(run) && !run.isBackground,
    );
    if (sending === undefined)
      await attempt(() => post(sessionPath(this.session.id, "/interrupt")));
    else this.#stopWhenAccepted.set(sending.key, "interrupt");
  }

  async actOn({ key }: Cell, action: "interrupt" | "kill"): Promise<void> {
    // What was shown may be a frame old.
    const run = this.#cells.find((cell) => cell.key === key)?.run ?? null;
    if (run === null || isOver(run)) {
      this.#set(withChanged(this.#cells, key, (cell) => ({ ...cell, isWaiting: false })));
      return;
    }
    const { executionId } = run;
    if (executionId === null) {
      this.#stopWhenAccepted.set(key, action);
      return;
    }
    this.#slots.urge(key);
    await attempt(() =>
      post(
        sessionPath(this.session.id, `/executions/${executionId}/${action}`),
        action === "kill" ? {} : undefined,
      ),
    );
  }

  /** Answers the question of a cell. */
  async answer({ key, run }: Cell, data: string): Promise<void> {
    const seq = run?.ask?.seq;
    if (seq === undefined) return;
    await attempt(async () => {
      await post(sessionPath(this.session.id, `/executions/${run?.executionId}/input`), { data });
      this.#change(key, (one) => withAnswer(one, seq, data));
    });
  }

  /** Writes to the standard input of a cell. */
  async feed({ run }: Cell, data: string, isEnd: boolean): Promise<void> {
    const path = sessionPath(this.session.id, `/executions/${run?.executionId}/input`);
    await attempt(() => post(path, { data, close: isEnd }));
  }

  #runNext(): void {
    const next = nextToRun(this.#cells);
    if (next !== null) this.#start(next, false);
  }

  #start({ key, code }: Cell, isBackground: boolean): void {
    this.#following.get(key)?.abort();
    this.#set(
      withChanged(this.#cells, key, (cell) => ({
        ...cell,
        isWaiting: false,
        run: newRun(isBackground),
      })),
    );
    const request = {
      code,
      allowInput: true,
      trackChanges: !isBackground && this.tracksChanges,
      ...(isBackground ? { background: true } : {}),
      ...(this.isTransaction.value && !isBackground ? { onError: "rollback" } : {}),
    };
    void this.#follow(key, { session: this.session.id, request });
  }

  #followAll(): void {
    if (!this.#isActive) return;
    for (const { key, run } of this.#cells)
      if (run?.executionId != null && !isOver(run) && !this.#following.has(key))
        void this.#follow(key, { session: this.session.id, executionId: run.executionId });
  }

  async #follow(key: string, what: Followed): Promise<void> {
    const following = new AbortController();
    const { signal: abort } = following;
    this.#following.set(key, following);
    let release: (() => void) | null = null;
    const text = new OutputText();
    try {
      const followed = isBeside(what) ? await this.#startBeside(key, what) : what;
      if ("executionId" in followed) release = await this.#slots.acquire(key);
      let isFirst = true;
      for await (const event of follow(followed, {
        signal: abort,
        onAccepted: (executionId) => this.#accepted(key, executionId),
      })) {
        if (abort.aborted) break;
        // Followed anew from the first event on: what is shown of it begins anew, too.
        const begin = (run: RunState): RunState =>
          isFirst && "executionId" in followed ? { ...run, outputs: [], ask: null } : run;
        this.#change(key, (run) => withEvent(begin(run), event, text.of(event)));
        isFirst = false;
        if (event.type === "started" || event.type === "completed") this.#milestone(key);
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#change(key, (run) => ({ ...run, status: "error", problem, ask: null }));
      tell(error);
    } finally {
      release?.();
      if (this.#following.get(key) === following) {
        this.#following.delete(key);
        this.#settled(key);
      }
    }
  }

  /** What runs beside the foreground is asked for first and followed then: it may wait for a connection. */
  async #startBeside(key: string, { session, request }: Beside): Promise<Followed> {
    const executionId = await startBeside(session, request);
    this.#accepted(key, executionId);
    return { session, executionId };
  }

  #accepted(key: string, executionId: string): void {
    this.#known.add(executionId);
    this.#ownSinceSync++;
    this.#change(key, (run) => ({
      ...run,
      executionId,
      status: run.isBackground ? "running" : "queued",
    }));
    this.#keep();
    const cell = this.#cells.find((one) => one.key === key);
    const action = this.#stopWhenAccepted.get(key);
    this.#stopWhenAccepted.delete(key);
    if (cell !== undefined && action !== undefined) void this.actOn(cell, action);
  }

  #milestone(key: string): void {
    const run = this.#cells.find((cell) => cell.key === key)?.run;
    if (run != null) this.#hooks.onMilestone(run);
  }

  #settled(key: string): void {
    const run = this.#cells.find((cell) => cell.key === key)?.run;
    if (run == null || !isOver(run)) return;
    if (run.status !== "ok" && !run.isBackground) this.#set(withoutWaiting(this.#cells));
    this.#runNext();
  }

  #change(key: string, change: (run: RunState) => RunState): void {
    this.#set(
      withChanged(this.#cells, key, (cell) =>
        cell.run === null ? cell : { ...cell, run: change(cell.run) },
      ),
      false,
    );
  }

  #set(cells: readonly Cell[], isLaidOut = true): void {
    this.#cells = cells;
    this.#show();
    if (isLaidOut) this.#keep();
  }

  /** Keeps the layout, so that a reload finds it. */
  readonly #keep = onceAFrame(() => this.save());

  save(): void {
    writeLayout(this.session, layoutOf(this.#cells, this.#known));
  }
}

function isPending({ run, isWaiting }: Cell): boolean {
  return isWaiting || (run !== null && !isOver(run));
}

function isSending({ executionId, problem }: RunState): boolean {
  return executionId === null && problem === null;
}

/** Code that is to run beside the foreground. */
type Beside = Extract<Followed, { readonly request: object }>;

function isBeside(what: Followed): what is Beside {
  return "request" in what && "background" in what.request;
}

function newKey(): string {
  return crypto.randomUUID();
}
