import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { buffer } from "node:stream/consumers";
import type { FileEntry, SessionFiles } from "@holdfast/client";
import { collect } from "../connection/collect.ts";
import { connectToServer } from "../connection/connect-to-server.ts";
import { findSession } from "../connection/find-session.ts";
import type { JsonOption, ServerOptions } from "../options.ts";
import { formatAge, formatBytes } from "../terminal/format.ts";
import { print, printJson, write } from "../terminal/output.ts";
import { style } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { UsageError } from "../usage-error.ts";

type Options = ServerOptions & JsonOption;

/** Lists a directory. */
export async function list(id: string, path: string, options: Options): Promise<void> {
  const files = await filesOf(id, options);
  const entries = await collect(files.list(path));
  if (options.json === true) return printJson(entries);
  if (entries.length === 0) return undefined;
  const columns = [
    { head: "SIZE", isNumber: true },
    { head: "AGE", isNumber: true },
    { head: "NAME" },
  ];
  await print(`${table(columns, entries.map(row)).join("\n")}\n`);
}

/** Writes a file to standard output. */
export async function read(id: string, path: string, options: Options): Promise<void> {
  const files = await filesOf(id, options);
  for await (const chunk of await files.readStream(path)) await write(process.stdout, chunk);
}

/** Writes a file of ours, or standard input, into the session. */
export async function put(
  id: string,
  path: string,
  file: string | undefined,
  options: Options,
): Promise<void> {
  const content = await contentOf(file ?? path);
  const files = await filesOf(id, options);
  const target = file === undefined ? basename(path) : path;
  const entry = await files.write(target, content, { parents: true });
  if (options.json === true) return printJson(entry);
  await print(`${target} ${formatBytes(entry.sizeBytes)}\n`);
}

/** Removes a file. */
export async function remove(
  id: string,
  path: string,
  options: Options & { readonly recursive?: boolean },
): Promise<void> {
  await (await filesOf(id, options)).delete(path, { recursive: options.recursive === true });
  if (options.json === true) await printJson({ path });
}

async function filesOf(id: string, options: Options): Promise<SessionFiles> {
  const { client } = connectToServer(options);
  return client.session((await findSession(client, id)).id).files;
}

async function contentOf(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await (file === "-" ? buffer(process.stdin) : readFile(file)));
  } catch (cause) {
    throw new UsageError(`file ${file}: ${(cause as Error).message}`, { cause });
  }
}

function row({ name, type, sizeBytes, modifiedAt }: FileEntry): readonly string[] {
  const isDirectory = type === "directory";
  const shown = isDirectory
    ? style("blue", `${name}/`)
    : type === "symlink"
      ? style("cyan", name)
      : name;
  return [isDirectory ? "" : formatBytes(sizeBytes), formatAge(modifiedAt), shown];
}
