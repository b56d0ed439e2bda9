import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import {
  ApiError,
  type EventView,
  type ExecutionView,
  type RuntimeView,
  type SessionView,
  call,
  get,
  run,
  setToken,
} from "./api.ts";
import { Cell, type CellState } from "./cell.tsx";
import { cellOf, withEvent } from "./outputs.ts";

const refreshMs = 2_000;

/** The console: runtimes and sessions at the side, the cells of one session in the middle. */
export function App() {
  const [runtimes, setRuntimes] = useState<readonly RuntimeView[]>([]);
  const [sessions, setSessions] = useState<readonly SessionView[]>([]);
  const [current, setCurrent] = useState<string | null>(() => location.hash.slice(1) || null);
  const [cells, setCells] = useState<Readonly<Record<string, readonly CellState[]>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [needsToken, setNeedsToken] = useState(false);

  const guarded = useCallback(async (work: () => Promise<unknown>) => {
    try {
      await work();
      setProblem(null);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) setNeedsToken(true);
      else setProblem(error instanceof Error ? error.message : String(error));
    }
  }, []);
  const refresh = useCallback(
    () =>
      guarded(async () =>
        setSessions((await get<{ items: SessionView[] }>("/v1/sessions?limit=1000")).items),
      ),
    [guarded],
  );
  const load = useCallback(
    () =>
      guarded(async () => {
        setRuntimes((await get<{ items: RuntimeView[] }>("/v1/runtimes")).items);
        setNeedsToken(false);
        await refresh();
      }),
    [guarded, refresh],
  );
  useEffect(() => {
    void load();
    const timer = setInterval(
      () => document.visibilityState === "visible" && void refresh(),
      refreshMs,
    );
    return () => clearInterval(timer);
  }, [load, refresh]);
  useEffect(() => {
    history.replaceState(null, "", current === null ? location.pathname : `#${current}`);
    if (current === null || cells[current] !== undefined) return;
    void guarded(async () => {
      const { items } = await get<{ items: ExecutionView[] }>(
        `/v1/sessions/${current}/executions?limit=50`,
      );
      setCells((all) => ({ ...all, [current]: items.map((one) => cellOf(current, one)) }));
    });
  }, [current]);

  const start = (runtime: string) =>
    guarded(async () => {
      const made = (await (await call("/v1/sessions", "POST", { runtime })).json()) as SessionView;
      setCells((all) => ({ ...all, [made.id]: [] }));
      setCurrent(made.id);
      await refresh();
    });
  const remove = (id: string) =>
    guarded(async () => {
      await call(`/v1/sessions/${id}`, "DELETE");
      setCurrent(null);
      await refresh();
    });
  const execute = (session: string, code: string) =>
    guarded(async () => {
      const key = crypto.randomUUID();
      const change = (next: (cell: CellState) => CellState) =>
        setCells((all) => ({
          ...all,
          [session]: (all[session] ?? []).map((cell) => (cell.key === key ? next(cell) : cell)),
        }));
      const cell: CellState = {
        key,
        session,
        executionId: null,
        code,
        outputs: [],
        status: "queued",
        footer: "",
        ask: null,
      };
      setCells((all) => ({ ...all, [session]: [...(all[session] ?? []), cell] }));
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      try {
        for await (const event of run(session, code)) {
          const text = textOf(event, decoders);
          change((one) => withEvent(one, event, text));
        }
      } catch (error) {
        change((one) => ({
          ...one,
          status: "error",
          footer: error instanceof Error ? error.message : "",
        }));
        throw error;
      } finally {
        await refresh();
      }
    });

  if (needsToken) return <TokenForm onToken={load} />;
  const session = sessions.find(({ id }) => id === current);
  return (
    <div class="page">
      <aside>
        <h1>
          Holdfast<small>sessions that keep their state</small>
        </h1>
        <div class="runtimes">
          {runtimes.map(({ name, available, version, reason }) => (
            <button
              key={name}
              class="primary"
              disabled={!available}
              title={reason ?? version ?? ""}
              onClick={() => void start(name)}
            >
              New {name} session
            </button>
          ))}
        </div>
        <h2>Sessions</h2>
        {sessions.map(({ id, runtime, state }) => (
          <button
            key={id}
            class="session"
            aria-current={id === current}
            onClick={() => setCurrent(id)}
          >
            <span class={`dot ${state}`} title={state} />
            <span class="name">{`${runtime} ${id.slice(0, 8)}`}</span>
          </button>
        ))}
        {sessions.length === 0 ? <p class="note">None yet.</p> : null}
      </aside>
      <main>
        {problem === null ? null : (
          <div class="problem" role="alert">
            {problem}
          </div>
        )}
        {session === undefined ? (
          <p class="empty">Start a session, and run something in it.</p>
        ) : (
          <SessionPage
            key={session.id}
            session={session}
            cells={cells[session.id] ?? []}
            onRun={(code) => void execute(session.id, code)}
            onInterrupt={() =>
              void guarded(() => call(`/v1/sessions/${session.id}/interrupt`, "POST"))
            }
            onRestart={() =>
              void guarded(() => call(`/v1/sessions/${session.id}/restart`, "POST").then(refresh))
            }
            onDelete={() => void remove(session.id)}
          />
        )}
      </main>
    </div>
  );
}

function SessionPage(props: {
  readonly session: SessionView;
  readonly cells: readonly CellState[];
  readonly onRun: (code: string) => void;
  readonly onInterrupt: () => void;
  readonly onRestart: () => void;
  readonly onDelete: () => void;
}) {
  const { session, cells, onRun, onInterrupt, onRestart, onDelete } = props;
  const [code, setCode] = useState("");
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [cells.length]);
  const submit = () => {
    if (code.trim() === "") return;
    onRun(code);
    setCode("");
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  };
  return (
    <>
      <div class="bar">
        <div class="title">
          {session.runtime}
          <small>{`${session.id.slice(0, 8)} · ${session.state} · pid ${session.pid ?? "none"}`}</small>
        </div>
        <button onClick={onInterrupt}>Interrupt</button>
        <button onClick={onRestart}>Restart</button>
        <button onClick={onDelete}>Delete</button>
      </div>
      {cells.map((cell) => (
        <Cell key={cell.key} cell={cell} />
      ))}
      <div class="write">
        <textarea
          value={code}
          aria-label="Code"
          placeholder={session.runtime === "bash" ? "ls -l" : "1 + 1"}
          spellcheck={false}
          autofocus
          onInput={(event) => setCode(event.currentTarget.value)}
          onKeyDown={key}
        />
        <div class="keys">
          <span>Shift+Enter runs</span>
          <button class="primary" onClick={submit}>
            Run
          </button>
        </div>
      </div>
      <div ref={end} />
    </>
  );
}

function TokenForm({ onToken }: { readonly onToken: () => void }) {
  const [token, change] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(token);
    onToken();
  };
  return (
    <form class="ask" onSubmit={submit}>
      <label for="token">Bearer token</label>
      <input
        id="token"
        type="password"
        value={token}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <button class="primary">Continue</button>
    </form>
  );
}

function textOf(
  event: EventView,
  decoders: { readonly stdout: TextDecoder; readonly stderr: TextDecoder },
): string {
  if (event.type !== "stdout" && event.type !== "stderr") return event.text ?? "";
  const bytes =
    event.base64 === undefined
      ? new TextEncoder().encode(event.text ?? "")
      : Uint8Array.from(atob(event.base64), (char) => char.charCodeAt(0));
  return decoders[event.type].decode(bytes, { stream: true });
}
