import type { HoldfastClient, SessionInfo, SessionState } from "@holdfast/client";
import { setTimeout as delay } from "node:timers/promises";
import { collect } from "../connection/collect.ts";
import { connectToServer } from "../connection/connect-to-server.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { formatAge, formatBytes } from "../terminal/format.ts";
import { print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

/** Options of `holdfast ps`. */
export interface PsOptions extends ServerOptions, JsonOption {
  readonly watch?: boolean;
  readonly quiet?: boolean;
}

/** A session with what it uses; `null` where that is not known, as of one that ends. */
type SessionRow = SessionInfo & { readonly memoryBytes: number | null };

const watchIntervalMs = 1_000;
const stateColours: Readonly<Record<SessionState, Parameters<typeof style>[0]>> = {
  starting: "yellow",
  idle: "green",
  busy: "cyan",
  restarting: "yellow",
  lost: "red",
  closed: "dim",
};

/** Lists sessions, once or again and again. */
export async function ps(options: PsOptions): Promise<void> {
  const { client } = connectToServer(options);
  if (options.watch !== true) return show(await rowsOf(client, options), options, "");
  const isScreen = process.stdout.isTTY && options.json !== true;
  for (;;) {
    const rows = await rowsOf(client, options);
    await show(rows, options, isScreen ? "\u001B[H\u001B[2J" : "");
    await delay(watchIntervalMs);
  }
}

async function rowsOf(
  client: HoldfastClient,
  { quiet }: PsOptions,
): Promise<readonly SessionRow[]> {
  const sessions = await collect(client.sessions.list({ limit: 1000 }));
  if (quiet === true) return sessions.map((session) => ({ ...session, memoryBytes: null }));
  return Promise.all(
    sessions.map(async (session) => {
      const resources = client.session(session.id).resources();
      const memoryBytes = await resources.then((now) => now.memoryBytes).catch(() => null);
      return { ...session, memoryBytes };
    }),
  );
}

async function show(
  rows: readonly SessionRow[],
  { json, quiet }: PsOptions,
  before: string,
): Promise<void> {
  if (quiet === true) return print(rows.map(({ id }) => `${id}\n`).join(""));
  if (json === true) return printJson(rows);
  if (rows.length === 0) return print(`${before}no sessions; holdfast create makes one\n`);
  const lines = table(
    [
      { head: "ID" },
      { head: "RUNTIME" },
      { head: "STATE" },
      { head: "AGE", isNumber: true },
      { head: "IDLE", isNumber: true },
      { head: "MEMORY", isNumber: true },
      { head: "RUNS", isNumber: true },
      { head: "LABELS" },
    ],
    rows.map((row) => [
      row.id,
      row.runtime,
      style(stateColours[row.state], row.state),
      formatAge(row.createdAt),
      row.state === "idle" ? formatAge(row.lastActivityAt) : "",
      row.memoryBytes === null ? "" : formatBytes(row.memoryBytes),
      String(row.executionCount),
      Object.entries(row.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    ]),
  );
  await print(`${before}${lines.join("\n")}\n`);
}
