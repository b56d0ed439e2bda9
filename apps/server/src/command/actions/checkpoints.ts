import { collect } from "../connection/collect.ts";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { formatAge, formatBytes } from "../terminal/format.ts";
import { note, print, printJson } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";

type Options = ServerOptions & JsonOption;

/** Keeps the state of a session. */
export async function checkpoint(
  id: string,
  options: Options & { readonly name?: string },
): Promise<void> {
  const { client } = connectToServer(options);
  const session = client.session((await findSession(client, id)).id);
  const { name } = options;
  const kept = await session.checkpoint(name === undefined ? {} : { name });
  if (options.json === true) return printJson(kept);
  for (const skipped of kept.skipped)
    note(`${style("yellow", "not kept:", process.stderr)} ${skipped.name}: ${skipped.reason}`);
  await print(`${kept.id}\n`);
}

/** Lists checkpoints. */
export async function checkpoints(id: string | undefined, options: Options): Promise<void> {
  const { client } = connectToServer(options);
  const pages =
    id === undefined
      ? client.checkpoints.list()
      : client.session((await findSession(client, id)).id).checkpoints();
  const items = await collect(pages);
  if (options.json === true) return printJson(items);
  if (items.length === 0) return print("no checkpoints; holdfast checkpoint ID makes one\n");
  const columns = [
    { head: "ID" },
    { head: "SESSION" },
    { head: "RUNTIME" },
    { head: "AGE", isNumber: true },
    { head: "SIZE", isNumber: true },
    { head: "NOT KEPT", isNumber: true },
    { head: "NAME" },
  ];
  const rows = items.map((one) => [
    one.id,
    one.sessionId,
    `${one.runtime} ${one.runtimeVersion}`,
    formatAge(one.createdAt),
    formatBytes(one.sizeBytes),
    String(one.skipped.length),
    one.name ?? "",
  ]);
  await print(`${table(columns, rows).join("\n")}\n`);
}
