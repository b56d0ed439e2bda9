import { signal } from "@preact/signals";
import { call, get, sessionPath } from "../http/api.ts";
import { attempt } from "../parts/notices.ts";
import { pathIn } from "./file-paths.ts";

export interface FileView {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  readonly modifiedAt: string;
}

/** A directory of a session's machine, as it was read last. */
export interface DirectoryView {
  readonly sessionId: string;
  /** Absolute. */
  readonly path: string;
  readonly items: readonly FileView[];
  readonly nextCursor: string | null;
}

export const directory = signal<DirectoryView | null>(null);

/** Files on their way to the server. */
export const uploads = signal<readonly string[]>([]);

/** Reads a directory; without a path the one that the session is in. */
export async function openDirectory(sessionId: string, path = "."): Promise<void> {
  await attempt(async () => {
    const query = `path=${encodeURIComponent(path)}`;
    const listed = await get<Omit<DirectoryView, "sessionId">>(
      sessionPath(sessionId, `/files/list?${query}`),
    );
    directory.value = { ...listed, sessionId };
  });
}

/** Reads what comes behind what is shown. */
export async function openMore({ sessionId, path, items, nextCursor }: DirectoryView) {
  await attempt(async () => {
    const query = `path=${encodeURIComponent(path)}&cursor=${encodeURIComponent(nextCursor ?? "")}`;
    const more = await get<Omit<DirectoryView, "sessionId">>(
      sessionPath(sessionId, `/files/list?${query}`),
    );
    directory.value = { ...more, sessionId, items: [...items, ...more.items] };
  });
}

/** Writes files into a directory, one after the other. */
export async function upload({ sessionId, path }: DirectoryView, files: readonly File[]) {
  uploads.value = [...uploads.peek(), ...files.map(({ name }) => name)];
  for (const file of files) {
    await attempt(() =>
      call(filePath(sessionId, pathIn(path, file.name)), {
        method: "PUT",
        body: file.slice(0, file.size, "application/octet-stream"),
      }),
    );
    uploads.value = uploads.peek().slice(1);
  }
  await openDirectory(sessionId, path);
}

export async function makeDirectory({ sessionId, path }: DirectoryView, name: string) {
  await attempt(() =>
    call(`${filePath(sessionId, pathIn(path, name))}&type=directory`, { method: "PUT" }),
  );
  await openDirectory(sessionId, path);
}

export async function removeFile({ sessionId, path }: DirectoryView, { name, type }: FileView) {
  const more = type === "directory" ? "&recursive=true" : "";
  await attempt(() =>
    call(`${filePath(sessionId, pathIn(path, name))}${more}`, { method: "DELETE" }),
  );
  await openDirectory(sessionId, path);
}

/** Reads a file, or its first bytes. */
export async function readFile(sessionId: string, path: string, mostBytes?: number): Promise<Blob> {
  const headers = mostBytes === undefined ? {} : { range: `bytes=0-${mostBytes - 1}` };
  return (await call(filePath(sessionId, path), { accept: "*/*", headers })).blob();
}

/** Gives a file to the browser, to be kept. */
export async function download({ sessionId, path }: DirectoryView, { name }: FileView) {
  await attempt(async () => {
    const url = URL.createObjectURL(await readFile(sessionId, pathIn(path, name)));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    // The download has taken hold of it by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
}

function filePath(sessionId: string, path: string): string {
  return sessionPath(sessionId, `/files?path=${encodeURIComponent(path)}`);
}
