/** What the page uses of the server's answers; see `/openapi.json`. */
export interface SessionView {
  readonly id: string;
  readonly runtime: string;
  readonly state: string;
  readonly pid: number | null;
  readonly createdAt: string;
  readonly restarts: number;
  readonly executionCount: number;
  readonly parentId: string | null;
}

export interface RuntimeView {
  readonly name: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly features: readonly string[];
  readonly reason: string | null;
  readonly install: string | null;
}

export interface PoolView {
  readonly size: number;
  readonly idle: number;
  readonly leased: number;
  readonly starting: number;
  readonly waiting: number;
  readonly hits: number;
  readonly misses: number;
}

export interface ResourcesView {
  readonly memoryBytes: number;
}

/** Representations of one thing by MIME type: text as text, the rest as base64. */
export type MimeView = Readonly<Record<string, string>>;

/** How an execution stands or ended: what `completed` tells. */
export interface EndView {
  readonly status: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly sessionState: string;
  readonly changes: ChangesView | null;
}

/** Names in a namespace that an execution has changed. */
export interface ChangesView {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export interface DisplayView {
  readonly mime: MimeView;
  readonly displayId: string | null;
  readonly update: boolean;
}

export interface ResultView {
  readonly repr: string;
  readonly mime: MimeView;
}

export interface ErrorView {
  readonly name: string;
  readonly message: string;
  readonly traceback: readonly {
    readonly file: string;
    readonly line: number;
    readonly function: string;
    readonly source: string;
  }[];
  readonly text: string;
}

export interface ExecutionView extends EndView {
  readonly id: string;
  readonly code: string;
  readonly background: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly startedAt: string | null;
  readonly result: ResultView | null;
  readonly displays: readonly DisplayView[];
  readonly error: ErrorView | null;
}

/** One event of an execution. */
export type EventView = { readonly seq: number } & (
  | { readonly type: "started"; readonly executionId: string }
  | { readonly type: "stdout" | "stderr"; readonly text?: string; readonly base64?: string }
  | ({ readonly type: "display" } & DisplayView)
  | ({ readonly type: "result" } & ResultView)
  | ({ readonly type: "error" } & ErrorView)
  | { readonly type: "input_request"; readonly prompt: string; readonly password: boolean }
  | { readonly type: "gap"; readonly fromSeq: number; readonly toSeq: number }
  | ({ readonly type: "completed" } & EndView)
);

export interface CheckpointView {
  readonly id: string;
  readonly runtime: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly sizeBytes: number;
  readonly skipped: readonly SkippedView[];
}

export interface SkippedView {
  readonly name: string;
  readonly reason: string;
}

export interface VariableView {
  readonly name: string;
  readonly type: string;
  readonly repr: string;
  readonly sizeBytes: number | null;
  readonly source: string | null;
}

export interface ModuleView {
  readonly name: string;
  readonly version: string | null;
}

/** A page of a list. */
export interface PageView<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
