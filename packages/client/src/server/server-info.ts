/** How a server does. */
export interface Health {
  readonly status: "ok";
  readonly version: string;
  /** Of this server process: another one has another. */
  readonly instanceId: string;
  /** How many there are. */
  readonly sessions: number;
  /** Whether sessions and output are being kept; `degraded`: the disk refuses, and sessions go on. */
  readonly persistence: "ok" | "degraded" | "none";
}

/** A language that the server knows, and whether it can run there. */
export interface Runtime {
  readonly name: string;
  /** Which one it is, where there are several for the language: `cpython` or `pyodide`. */
  readonly engine: string | null;
  readonly available: boolean;
  readonly version: string | null;
  readonly features: readonly string[];
  /** Why it is not available, and what to install. */
  readonly reason: string | null;
  readonly install: string | null;
}
