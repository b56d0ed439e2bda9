/**
 * A session as a notebook needs it. A `Session` of `@holdfast/client` is one; anything else that gives the events of
 * docs/http.md may be one too.
 */
export interface NotebookSession {
  /** Runs code, behind what was sent before. */
  execute(code: string, options: NotebookExecuteOptions): NotebookExecution;
}

/** What a notebook asks of one execution. */
export interface NotebookExecuteOptions {
  /** Milliseconds, `null` for no limit. */
  readonly timeoutMs: number | null;
  /** Whether the code may ask for input. */
  readonly allowInput: boolean;
}

/** An execution that runs: its events to the end, which is `completed`. */
export interface NotebookExecution extends AsyncIterable<NotebookEvent> {
  /** Answers an `input_request`; `close` is the end of the input. */
  input(data: string, options?: { readonly close?: boolean }): Promise<unknown>;
  /** Asks the code to stop. */
  interrupt(): Promise<unknown>;
}

/** How an execution ended. */
export type NotebookExecutionStatus = "ok" | "error" | "timeout" | "interrupted" | "lost";

/** The events of docs/http.md, as far as a notebook reads them. */
export type NotebookEvent =
  | {
      readonly type: "stdout" | "stderr";
      readonly text?: string | undefined;
      readonly base64?: string | undefined;
    }
  | {
      readonly type: "display";
      readonly mime: Readonly<Record<string, string>>;
      readonly displayId: string | null;
      readonly update: boolean;
    }
  | { readonly type: "input_request"; readonly prompt: string; readonly password: boolean }
  | { readonly type: "result"; readonly mime: Readonly<Record<string, string>> }
  | {
      readonly type: "error";
      readonly name: string;
      readonly message: string;
      readonly text: string;
    }
  | {
      readonly type: "completed";
      readonly status: NotebookExecutionStatus | "queued" | "running";
      readonly exitCode: number | null;
      readonly signal: string | null;
    }
  | { readonly type: "started" | "gap" | "heartbeat" };
