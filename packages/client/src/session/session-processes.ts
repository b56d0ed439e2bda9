import { type CallOptions, type HttpClient, pathOf } from "../http/http-client.ts";

/** A process that a session has started. */
export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
  readonly state: "running" | "sleeping" | "waiting" | "stopped" | "zombie";
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** Processor time so far. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** The execution that started it, where that is sure. */
  readonly executionId: string | null;
}

/** The processes of a session, background jobs and daemons too. */
export class SessionProcesses {
  readonly #http: HttpClient;
  readonly #path: string;

  /** @internal */
  constructor(http: HttpClient, sessionId: string) {
    this.#http = http;
    this.#path = pathOf`/v1/sessions/${sessionId}/processes`;
  }

  async list(options: CallOptions = {}): Promise<readonly Process[]> {
    const request = { method: "GET", path: this.#path, ...options } as const;
    return (await this.#http.json<{ readonly items: readonly Process[] }>(request)).items;
  }

  /** Signals one. @default `SIGKILL`. @throws HoldfastApiError `process_not_found` */
  kill(
    pid: number,
    { signalName = "SIGKILL", signal }: CallOptions & { readonly signalName?: string } = {},
  ): Promise<void> {
    return this.#http.done({
      method: "POST",
      path: `${this.#path}/${pid}/kill`,
      json: { signal: signalName },
      signal,
    });
  }
}
